package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;

/**
 * Which of two connections to one peer stays (wire.md section 13). Both ends come to the same
 * answer without a word: of two that were dialed from opposite ends the one dialed by the greater
 * peer id, of two from the same end the newer.
 */
public enum TieBreak {
    /** The existing connection is closed. */
    DROP_EXISTING,
    /** The new connection is closed. */
    DROP_NEW;

    /** Decides; {@code own} and {@code remote} differ. */
    public static TieBreak decide(PeerId own, PeerId remote, Origin existing, Origin added) {
        if (existing == added) {
            return DROP_EXISTING;
        }
        var weAreGreater = own.compareTo(remote) > 0;
        var weDialedTheNew = added == Origin.OUTBOUND;
        return weAreGreater == weDialedTheNew ? DROP_EXISTING : DROP_NEW;
    }
}
