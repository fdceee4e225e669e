package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

/**
 * Who may connect: the listener's decision on a dialler whose key is proven (wire.md section 4.7,
 * step 5). The same for every transport.
 */
public sealed interface InboundCheck {
    /** The dialler may connect, and is this to us. */
    record Admitted(PeerRole role) implements InboundCheck {}

    /** The dialler may not connect. */
    record Denied(SetupFailure failure) implements InboundCheck {}

    /**
     * Decides.
     *
     * @param settings the listener's: mode, trusted set, role of unknown peers
     * @param claimed the id that the dialler gave
     * @param proven the key that it proved
     */
    static InboundCheck of(TransportSettings settings, PeerId claimed, PublicKey proven) {
        var trusted = settings.trusted().find(claimed);
        if (trusted.isPresent()) {
            return trusted.get().keys().contains(proven)
                    ? new Admitted(trusted.get().role())
                    : denied(
                            Reason.UNTRUSTED_KEY,
                            "the key is not one of those that the trusted set lists for "
                                    + claimed.shortText());
        }
        if (settings.authMode() == AuthMode.MUTUAL) {
            return denied(
                    Reason.UNTRUSTED_PEER,
                    claimed.shortText() + " is not in the trusted set (mutual_authentication)");
        }
        return claimed.equals(PeerId.derivedFrom(proven))
                ? new Admitted(settings.unknownInboundRole())
                : denied(
                        Reason.PEER_ID_MISMATCH,
                        claimed.shortText()
                                + " is not in the trusted set, and not the id derived from its"
                                + " key");
    }

    private static Denied denied(Reason reason, String detail) {
        return new Denied(new SetupFailure(reason, detail));
    }
}
