package dev.aptosnet.cli;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

/** Addresses on the command line. */
final class Addresses {
    private static final String COMPLETE =
            "host, port, key and handshake version, such as"
                    + " /ip4/10.0.0.1/tcp/6180/noise-ik/0x…/handshake/0";

    private Addresses() {}

    /** What others dial, with a gap for the host that only the operator knows. */
    static String template(PublicKey key) {
        return "/ip4/<host>/tcp/6180/noise-ik/"
                + key
                + "/handshake/"
                + NetworkAddress.HANDSHAKE_VERSION;
    }

    /** Refuses an address that is not all that a dial needs. */
    static NetworkAddress requireDialable(String flag, NetworkAddress address) {
        if (!address.isDialable()) {
            throw new CommandFailure(
                    ExitCode.USAGE, flag + ": " + address + " (expected: " + COMPLETE + ")");
        }
        return address;
    }

    /** Who must be there: {@code named}, or the id that belongs to the address's key. */
    static PeerId peerAt(NetworkAddress address, @Nullable PeerId named) {
        return named != null
                ? named
                : address.key()
                        .map(PeerId::derivedFrom)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ExitCode.USAGE,
                                                address + " (expected: " + COMPLETE + ")"));
    }
}
