package dev.aptosnet.node.loop;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Where everything happens that sees several peers, one task after another (ADR 0020). Whoever
 * brings a task while nothing else waits runs it himself, since waking a thread takes longer than
 * nearly every task. What comes meanwhile, and what is due by time, is for a thread of the loop's
 * own. The mailbox is bounded; whoever posts learns when it is full. What runs here never blocks.
 */
public final class NodeLoop implements AutoCloseable {
    /** How many tasks may wait. Each live connection and each dial has at most two. */
    private static final int MAX_WAITING = 65_536;

    /** How many tasks that follow from his own somebody else than the loop's thread runs. */
    private static final int MAX_FOLLOWING = 16;

    /** When to ask again what is due, if that could not be told: a second. */
    private static final long RETRY_NANOS = 1_000_000_000;

    private static final System.Logger LOG = System.getLogger(NodeLoop.class.getName());

    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>(MAX_WAITING);
    private final Clock clock;
    private final Supplier<MonoTime> nextDeadline;
    private final Runnable onTime;
    private final Thread thread;

    /** Held by who runs tasks; what the tasks use is guarded by it. */
    private final ReentrantLock turn = new ReentrantLock();

    /** When the thread looks again by itself. Guarded by the turn. */
    private MonoTime looksAgainAt = MonoTime.NEVER;

    private volatile boolean started;
    private volatile boolean running = true;

    /**
     * @param nextDeadline when {@code onTime} is to run next; asked after every task
     * @param onTime what is due by then
     */
    public NodeLoop(String name, Clock clock, Supplier<MonoTime> nextDeadline, Runnable onTime) {
        this.clock = clock;
        this.nextDeadline = nextDeadline;
        this.onTime = onTime;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    public void start() {
        started = true;
        thread.start();
    }

    /**
     * Runs a task soon, perhaps before this returns; never inside another task. Any thread.
     *
     * @return false if the mailbox is full or the loop has ended
     */
    public boolean post(Runnable task) {
        if (!running) {
            return false;
        }
        if (turn.isHeldByCurrentThread()) {
            return mailbox.offer(task); // Taken before the turn is given up, or passed on then.
        }
        if (started && mailbox.isEmpty() && turn.tryLock()) {
            runHere(task);
            return true;
        }
        if (!mailbox.offer(task)) {
            return false;
        }
        LockSupport.unpark(thread);
        return true;
    }

    /** With the turn, which it gives up. */
    private void runHere(Runnable first) {
        boolean more;
        try {
            var task = first;
            for (var i = 0; task != null && running; i++) {
                carryOut(task);
                task = i < MAX_FOLLOWING ? mailbox.poll() : null;
            }
            more = deadline().isBefore(looksAgainAt);
        } finally {
            turn.unlock();
        }
        if (more || !mailbox.isEmpty()) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (running) {
            MonoTime until;
            turn.lock();
            try {
                runWaiting();
                until = deadline();
                looksAgainAt = until;
            } finally {
                turn.unlock();
            }
            if (running && mailbox.isEmpty()) {
                park(until);
            }
        }
    }

    private void runWaiting() {
        do {
            var task = mailbox.poll();
            if (task != null) {
                carryOut(task);
            }
            if (!clock.now().isBefore(deadline())) {
                carryOut(onTime);
            }
        } while (running && !mailbox.isEmpty());
    }

    /** A fault here must neither end the thread nor reach who brought a task. */
    private MonoTime deadline() {
        try {
            return nextDeadline.get();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the node's loop cannot tell what is due", e);
            return clock.now().plusNanos(RETRY_NANOS);
        }
    }

    private static void carryOut(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a task of the node's loop failed", e);
        }
    }

    /** Until somebody brings something, or a time has come; may return early. */
    private void park(MonoTime until) {
        if (until.equals(MonoTime.NEVER)) {
            LockSupport.park(this);
        } else {
            var wait = until.nanosSince(clock.now());
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    /** Ends the loop; what still waits is dropped. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        if (turn.isHeldByCurrentThread() || thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
