package dev.aptosnet.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a command that runs until it is told to stop (SIGTERM, SIGINT) end in good order. */
final class StopSignal implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 40;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "aptosnet-stop");

    /** Listens for signals from here on. */
    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** A stop that was asked for is a success; without the halt the code would be the signal's. */
    private void onSignal() {
        asked.countDown();
        try {
            if (stopped.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(ExitCode.OK.code());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the process is told to stop, or this thread is, as a signal would. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException _) {
            // Told to stop. Closing must not be cut short.
        }
    }

    /** The same with a limit; whether it was told to stop. */
    boolean await(Duration limit) {
        try {
            return asked.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            return true;
        }
    }

    /** All is closed and written: the process may end. */
    void stopped() {
        stopped.countDown();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The hook is what has stopped us; it waits for stopped().
        }
    }
}
