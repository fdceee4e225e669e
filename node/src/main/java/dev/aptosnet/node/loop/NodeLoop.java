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
    private final Supplier<Deadline> nextDeadline;
    private final Runnable onTime;
    private final Thread thread;

    /** Held by who runs tasks; what the tasks use is guarded by it. */
    private final ReentrantLock turn = new ReentrantLock();

    /** When the thread looks again by itself. Guarded by the turn. */
    private MonoTime looksAgainAt = MonoTime.NEVER;

    /** The loop looks no earlier by itself, since a part asked for time and made no progress. */
    private MonoTime notBefore = new MonoTime(Long.MIN_VALUE / 2);

    private volatile boolean started;
    private volatile boolean running = true;

    /** The part that was reported last. Guarded by the turn. */
    private String stuck = "";

    /**
     * When something is due.
     *
     * @param part what wants it, for the report of one that makes no progress
     */
    public record Deadline(MonoTime at, String part) {}

    /**
     * @param nextDeadline when {@code onTime} is to run next; asked after every task
     * @param onTime what is due by then
     */
    public NodeLoop(String name, Clock clock, Supplier<Deadline> nextDeadline, Runnable onTime) {
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
        // A virtual thread may lose its carrier for as long as handlers compute: never with the
        // turn.
        if (started && mailbox.isEmpty() && !Thread.currentThread().isVirtual() && turn.tryLock()) {
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
            try {
                turn();
            } catch (Throwable e) {
                LOG.log(System.Logger.Level.ERROR, "a turn of the node's loop failed", e);
            }
        }
    }

    private void turn() {
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

    private void runWaiting() {
        do {
            var task = mailbox.poll();
            if (task != null) {
                carryOut(task);
            }
            var due = next();
            if (!clock.now().isBefore(laterOf(due.at(), notBefore))) {
                carryOut(onTime);
                notBefore = afterProgress(due);
            }
        } while (running && !mailbox.isEmpty());
    }

    /** A part that wants the same moment again, although it was given it, has to wait a while. */
    private MonoTime afterProgress(Deadline before) {
        var after = next();
        if (before.at().isBefore(after.at())
                || !after.part().equals(before.part())
                || clock.now().isBefore(after.at())) {
            return before.at();
        }
        if (!stuck.equals(before.part())) {
            stuck = before.part();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the node''s loop: {0} wants to be woken and makes no progress",
                    before.part());
        }
        return clock.now().plusNanos(RETRY_NANOS);
    }

    private MonoTime deadline() {
        var at = next().at();
        return at.equals(MonoTime.NEVER) ? at : laterOf(at, notBefore);
    }

    private static MonoTime laterOf(MonoTime one, MonoTime other) {
        return one.isBefore(other) ? other : one;
    }

    /** A fault here must neither end the thread nor reach the thread that brought a task. */
    private Deadline next() {
        try {
            return nextDeadline.get();
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.ERROR, "the node's loop cannot tell what is due", e);
            return new Deadline(clock.now().plusNanos(RETRY_NANOS), "none");
        }
    }

    private static void carryOut(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
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
