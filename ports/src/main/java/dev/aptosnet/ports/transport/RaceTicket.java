package dev.aptosnet.ports.transport;

/**
 * Says which of several dials to one peer goes on to prove who we are. A dial asks once the peer is
 * proven and before it sends what proves us: so of several dials that race, the listener sees one.
 * Asked on a transport's thread; never blocks.
 */
@FunctionalInterface
public interface RaceTicket {
    /** For a dial that races with no other. */
    RaceTicket FREE = () -> true;

    /** What becomes of a dial that does not get the turn. */
    SetupFailure NOT_OURS =
            new SetupFailure(
                    SetupFailure.Reason.CANCELED, "another dial to the peer was there first");

    /** Takes the turn; false if another dial has it. */
    boolean take();
}
