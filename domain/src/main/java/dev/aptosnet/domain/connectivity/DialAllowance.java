package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.model.MonoTime;

/**
 * Leave to dial, which is asked for before each dial. The networks of a node share what stands
 * behind it (improvements.md I-07), so that between two calls of one of them another may have taken
 * what there was.
 */
public interface DialAllowance {
    /**
     * Lets one dial go, to be followed by {@link #ended} once; or says that it has to wait until
     * {@link #nextAt}.
     */
    boolean take(MonoTime now);

    /**
     * When the next dial may go as far as is known; not after {@code now} if it may go at once.
     * {@link MonoTime#NEVER} if another has to end before: whoever asked is woken then.
     */
    MonoTime nextAt(MonoTime now);

    /** A dial that was let go is over, or was not begun. */
    void ended();
}
