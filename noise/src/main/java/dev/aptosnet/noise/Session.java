package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

/**
 * One end of a session after its handshake: what seals the records we send, and what opens those we
 * receive. The two are independent of each other; each has a single owner.
 */
public final class Session {
    private final SessionKeys keys;
    private final RecordSealer sealer;
    private final RecordOpener opener;

    Session(SessionKeys keys, Bytes sendingKey, Bytes receivingKey) {
        this.keys = keys;
        this.sealer = new RecordSealer(keys.suite(), sendingKey, 0);
        this.opener = new RecordOpener(keys.suite(), receivingKey, 0);
    }

    /** The cipher suite. */
    public CipherSuite suite() {
        return keys.suite();
    }

    /** Seals what we send; always the same object. */
    public RecordSealer sealer() {
        return sealer;
    }

    /** Opens what we receive; always the same object. */
    public RecordOpener opener() {
        return opener;
    }

    /** The final hash of the handshake, 32 bytes, equal at both ends. */
    public Bytes handshakeHash() {
        return keys.handshakeHash();
    }

    /** The secrets of this session, for checking against vectors; never to be logged or stored. */
    public SessionKeys keys() {
        return keys;
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "Session[" + keys.suite() + ", " + keys.handshakeHash().toHex() + "]";
    }
}
