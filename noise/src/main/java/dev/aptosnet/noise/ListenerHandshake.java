package dev.aptosnet.noise;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The listening end (wire.md section 4.7): judges a dialer's 168 bytes, in the order of that
 * section. One object serves all connections of a listener; safe for any number of threads if its
 * supplier is.
 *
 * <p>What a stranger can make us compute: nothing for a message that names us as its sender or
 * another key as ours; one Diffie-Hellman result for garbage, whatever the number of suites; two
 * for a message that decrypts; four, and a key pair, once it is authenticated. One less in both
 * cases for a peer of the trusted set that was here before.
 */
public final class ListenerHandshake {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte[] NO_PAYLOAD = {};

    private final ListenerPolicy policy;
    private final ReplayGuard guard;
    private final Supplier<KeyPair> ephemerals;
    private final byte[] selfId;

    /**
     * A listener.
     *
     * @param guard shared by all listeners of one network; unused in {@link AuthMode#MAYBE_MUTUAL}
     * @param ephemerals gives a fresh pair for each authenticated dialer
     */
    public ListenerHandshake(
            ListenerPolicy policy, ReplayGuard guard, Supplier<KeyPair> ephemerals) {
        this.policy = policy;
        this.guard = guard;
        this.ephemerals = ephemerals;
        this.selfId = policy.self().toByteArray();
    }

    /**
     * Judges a first message.
     *
     * @param firstMessage exactly 168 bytes, not written to; fewer if the stream ended
     * @throws HandshakeException with the reason of the first check that fails; nothing may be sent
     *     to the dialer then
     */
    public Accepted accept(byte[] firstMessage) throws HandshakeException {
        return accept(firstMessage, Bytes.EMPTY);
    }

    /**
     * The same, bound to the channel that it runs in.
     *
     * @param binding as the dialer's, see {@link DialerHandshake}
     */
    public Accepted accept(byte[] firstMessage, Bytes binding) throws HandshakeException {
        if (firstMessage.length != DialerHandshake.FIRST_MESSAGE) {
            throw HandshakeException.of(
                    Reason.TRUNCATED,
                    firstMessage.length + " bytes of the first message (expected: 168)");
        }
        if (Arrays.equals(firstMessage, 0, 32, selfId, 0, 32)) {
            throw HandshakeException.of(
                    Reason.SELF_DIAL,
                    "the dialer claims our own peer id: this node dialed itself, or two nodes"
                            + " share one identity");
        }
        if (!Arrays.equals(firstMessage, 32, 64, policy.keys().publicBytes(), 0, 32)) {
            throw HandshakeException.of(
                    Reason.WRONG_SERVER_KEY,
                    "the dialer expects another key than ours; its address for us is out of date"
                            + " (ours ends in /noise-ik/"
                            + policy.keys().publicKey()
                            + ")");
        }
        var read = read(firstMessage, binding);
        var peer = PeerId.of(Arrays.copyOf(firstMessage, PeerId.LENGTH));
        var key = read.noise().remoteStatic();
        var role = authenticate(peer, key, read.noise());
        var timestamp = read.timestamp();
        if (policy.authMode() == AuthMode.MUTUAL) {
            guard.check(key, timestamp);
        }
        var reply = read.noise().writeMessage2(ephemerals.get(), NO_PAYLOAD);
        var session = read.noise().split().forResponder();
        return new Accepted(peer, key, role, reply, session, timestamp);
    }

    /** Step 4, with every suite on the list. */
    private Read read(byte[] firstMessage, Bytes binding) throws HandshakeException {
        var prologue =
                Bytes.concat(
                        List.of(Bytes.wrap(firstMessage, 0, DialerHandshake.PROLOGUE), binding));
        var message =
                Arrays.copyOfRange(firstMessage, DialerHandshake.PROLOGUE, firstMessage.length);
        var es = policy.keys().agree(Arrays.copyOf(message, PublicKey.LENGTH));
        for (CipherSuite suite : policy.suites()) {
            var noise = new NoiseIk.Responder(suite, policy.keys(), prologue, NoiseIk.Trace.NONE);
            try {
                var payload = noise.readMessage1(message, es);
                return new Read(noise, (long) LONG_LE.get(payload, 0));
            } catch (HandshakeException e) {
                if (e.failure().reason() != Reason.NOISE_DECRYPT) {
                    throw e;
                }
            }
        }
        throw undecryptable();
    }

    /** Step 5. */
    private PeerRole authenticate(PeerId peer, PublicKey key, NoiseIk.Responder noise)
            throws HandshakeException {
        var trusted = policy.trusted().find(peer);
        if (trusted.isPresent()) {
            if (!trusted.get().keys().contains(key)) {
                throw HandshakeException.of(
                        Reason.UNTRUSTED_KEY,
                        "peer "
                                + peer.shortText()
                                + " is trusted, but not with key "
                                + key
                                + "; add the key to the trusted set if the peer changed it");
            }
            noise.rememberInitiator();
            return trusted.get().role();
        }
        if (policy.authMode() == AuthMode.MUTUAL) {
            throw HandshakeException.of(
                    Reason.UNTRUSTED_PEER,
                    "peer "
                            + peer.shortText()
                            + " is not in the trusted set, and mutual_authentication is on");
        }
        if (!peer.equals(PeerId.derivedFrom(key))) {
            throw HandshakeException.of(
                    Reason.PEER_ID_MISMATCH,
                    "peer "
                            + peer.shortText()
                            + " is not in the trusted set and must use the id derived from its"
                            + " key");
        }
        return policy.unknownInboundRole();
    }

    private HandshakeException undecryptable() {
        return HandshakeException.of(
                Reason.NOISE_DECRYPT,
                "the first message decrypts with none of noise_suites "
                        + policy.suites().stream().map(CipherSuite::configName).toList()
                        + ": the dialer uses another suite, or the bytes were altered");
    }

    private record Read(NoiseIk.Responder noise, long timestamp) {}

    /** A dialer that may connect. Nothing of it may be exposed before {@link #commit}. */
    public final class Accepted {
        private final PeerId peer;
        private final PublicKey key;
        private final PeerRole role;
        private final byte[] reply;
        private final Session session;
        private final long timestampMillis;

        private Accepted(
                PeerId peer,
                PublicKey key,
                PeerRole role,
                byte[] reply,
                Session session,
                long timestampMillis) {
            this.peer = peer;
            this.key = key;
            this.role = role;
            this.reply = reply;
            this.session = session;
            this.timestampMillis = timestampMillis;
        }

        /** Who it is. */
        public PeerId peer() {
            return peer;
        }

        /** Its static key. */
        public PublicKey key() {
            return key;
        }

        /** What it is to us. */
        public PeerRole role() {
            return role;
        }

        /** The suite it chose. */
        public CipherSuite suite() {
            return session.suite();
        }

        /** Its timestamp in milliseconds, unsigned; believed in mutual mode only. */
        public long timestampMillis() {
            return timestampMillis;
        }

        /** The 48 bytes to send; given away by this call. */
        public byte[] reply() {
            return reply;
        }

        /** The listener's end of the session. */
        public Session session() {
            return session;
        }

        /**
         * To be called once, after the first record of this session was opened and before the peer
         * is exposed: only now is it certain that the dialer is alive and not a recording.
         *
         * @throws HandshakeException REPLAY if a newer session of this key was proven meanwhile;
         *     the connection must be closed
         */
        public void commit() throws HandshakeException {
            if (policy.authMode() == AuthMode.MUTUAL) {
                guard.commit(key, timestampMillis);
            }
        }

        /** Who it is, without any secret. */
        @Override
        public String toString() {
            return "Accepted[" + peer + ", " + role + ", " + session.suite() + "]";
        }
    }
}
