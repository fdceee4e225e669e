package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;

/**
 * Makes one episode of many refusals of the system to accept, which come again and again for as
 * long as descriptors are short, with single accepted connections between them. Single owner.
 */
final class AcceptFamine {
    /** An episode is over when nothing was refused for so long. */
    static final Duration QUIET = Duration.ofSeconds(5);

    private MonoTime begun = MonoTime.NEVER;
    private MonoTime last = MonoTime.NEVER;
    private int refusals;

    /** An episode that is over. */
    record Ended(int refusals, Duration length) {}

    /** The system has refused; true if an episode begins. */
    boolean refused(MonoTime now) {
        last = now;
        refusals++;
        if (refusals > 1) {
            return false;
        }
        begun = now;
        return true;
    }

    /** When {@link #end} is worth asking; NEVER without an episode. */
    MonoTime over() {
        return last.plus(QUIET);
    }

    /** The episode that is over by now, once. It may not be asked without one. */
    Ended end() {
        var ended = new Ended(refusals, last.since(begun));
        refusals = 0;
        begun = MonoTime.NEVER;
        last = MonoTime.NEVER;
        return ended;
    }
}
