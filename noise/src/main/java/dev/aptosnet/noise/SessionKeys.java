package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

/**
 * What a handshake ends in. Holds the secrets of the session: whoever has them reads and forges its
 * records. For checking against vectors; nothing else should ask for them.
 *
 * @param suite the cipher suite
 * @param handshakeHash the final hash, 32 bytes; not secret
 * @param initiatorToResponder 32 bytes, secret; the dialer (client) seals with it
 * @param responderToInitiator 32 bytes, secret; the listener (server) seals with it
 */
public record SessionKeys(
        CipherSuite suite,
        Bytes handshakeHash,
        Bytes initiatorToResponder,
        Bytes responderToInitiator) {
    /** The dialer's session. */
    public Session forInitiator() {
        return new Session(this, initiatorToResponder, responderToInitiator);
    }

    /** The listener's session. */
    public Session forResponder() {
        return new Session(this, responderToInitiator, initiatorToResponder);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "SessionKeys[" + suite + ", " + handshakeHash.toHex() + "]";
    }
}
