package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Brings one link's wake-ups to its event loop: as few tasks as wake-ups, and one timer. */
final class LinkWaker {
    private final EventLoop loop;
    private final Clock clock;
    private final Runnable target;
    private final Runnable task = this::run;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean canceled;

    private MonoTime at = MonoTime.NEVER;
    private @Nullable ScheduledFuture<?> timer;
    private MonoTime timerAt = MonoTime.NEVER;

    /**
     * @param target run on the loop for each wake-up; must call {@link #beginWake} first
     */
    LinkWaker(EventLoop loop, Clock clock, Runnable target) {
        this.loop = loop;
        this.clock = clock;
        this.target = target;
    }

    /** Asks for a wake-up; many asked for before it comes are one. Any thread. */
    void wake() {
        if (!canceled && asked.compareAndSet(false, true)) {
            try {
                loop.execute(task);
            } catch (RejectedExecutionException _) {
                // The transport is gone, and the link with it.
            }
        }
    }

    /** A wake-up is beginning: what is asked for from now on needs another. Event loop only. */
    void beginWake() {
        asked.set(false);
    }

    /** Asks for a wake-up once pending input had its turn. Event loop only. */
    void wakeAfterInput() {
        if (asked.compareAndSet(false, true)) {
            var _ = loop.schedule(task, 0, TimeUnit.NANOSECONDS);
        }
    }

    /** Asks for a wake-up at a time, instead of any other asked for so. Event loop only. */
    void wakeAt(MonoTime time) {
        at = time;
        if (!time.isBefore(timerAt)) {
            return; // The timer comes first and sets itself anew.
        }
        if (timer != null) {
            timer.cancel(false);
        }
        setTimer(time);
    }

    /** No more wake-ups. Event loop only. */
    void cancel() {
        canceled = true;
        at = MonoTime.NEVER;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void run() {
        if (asked.get() && !canceled) {
            target.run();
        }
    }

    private void setTimer(MonoTime time) {
        timerAt = time;
        var delay = Math.max(0, time.nanosSince(clock.now()));
        timer = loop.schedule(this::timeReached, delay, TimeUnit.NANOSECONDS);
    }

    private void timeReached() {
        timer = null;
        timerAt = MonoTime.NEVER;
        if (at.equals(MonoTime.NEVER) || canceled) {
            return;
        }
        if (clock.now().isBefore(at)) {
            setTimer(at);
        } else {
            at = MonoTime.NEVER;
            target.run();
        }
    }
}
