package dev.aptosnet.bootstrap.runtime;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/**
 * The one thread that sees several peers. Its mailbox is bounded; whoever posts learns when it is
 * full. What runs on it never blocks.
 */
final class NodeLoop implements AutoCloseable {
    /** How many tasks may wait. Each live connection and each dial has at most two. */
    private static final int MAX_WAITING = 65_536;

    private static final System.Logger LOG = System.getLogger(NodeLoop.class.getName());

    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>(MAX_WAITING);
    private final Clock clock;
    private final Supplier<MonoTime> nextDeadline;
    private final Runnable onTime;
    private final Thread thread;
    private volatile boolean running = true;

    /**
     * @param nextDeadline when {@code onTime} is to run next; asked after every task
     * @param onTime what is due by then
     */
    NodeLoop(String name, Clock clock, Supplier<MonoTime> nextDeadline, Runnable onTime) {
        this.clock = clock;
        this.nextDeadline = nextDeadline;
        this.onTime = onTime;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Runs a task soon; false if the mailbox is full or the loop has ended. Any thread. */
    boolean post(Runnable task) {
        return running && mailbox.offer(task);
    }

    boolean isLoopThread() {
        return Thread.currentThread() == thread;
    }

    private void run() {
        while (running) {
            try {
                var task = next();
                if (task != null) {
                    task.run();
                }
                if (!clock.now().isBefore(nextDeadline.get())) {
                    onTime.run();
                }
            } catch (InterruptedException _) {
                // Only close interrupts, and it has cleared running.
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a task of the node's loop failed", e);
            }
        }
    }

    private @Nullable Runnable next() throws InterruptedException {
        var deadline = nextDeadline.get();
        if (deadline.equals(MonoTime.NEVER)) {
            return mailbox.take();
        }
        var wait = deadline.nanosSince(clock.now());
        return wait <= 0 ? mailbox.poll() : mailbox.poll(wait, NANOSECONDS);
    }

    /** Ends the loop; what still waits is dropped. */
    @Override
    public void close() {
        running = false;
        thread.interrupt();
        if (isLoopThread() || thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
