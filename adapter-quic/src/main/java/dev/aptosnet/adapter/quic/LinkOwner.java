package dev.aptosnet.adapter.quic;

import dev.aptosnet.transport.support.GuardedThreads;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread, virtual, that all calls of a link's handler come from. */
final class LinkOwner {
    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    LinkOwner() {
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        work -> {
                            var made = GuardedThreads.unstarted("aptosnet-quic-owner", work);
                            thread = made;
                            return made;
                        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    boolean isOwner() {
        return Thread.currentThread() == thread;
    }

    /** Runs work soon; false if the owner has ended. Any thread. */
    boolean execute(Runnable work) {
        try {
            executor.execute(work);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    /** Runs work after a time; null if the owner has ended. */
    @Nullable Future<?> schedule(Duration delay, Runnable work) {
        try {
            return executor.schedule(work, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            return null;
        }
    }

    /** Ends the owner once it has done what it was given before. */
    void end() {
        executor.shutdown();
    }
}
