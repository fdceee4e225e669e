package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure;

/**
 * The Noise pattern IK itself (wire.md sections 4.2 to 4.6), with any prologue and any payloads.
 * AptosNet's own use of it is in {@link DialerHandshake} and {@link ListenerHandshake}.
 *
 * <pre>
 * message 1: e (32) | static (32) + tag (16) | payload + tag (16)     at least 96 bytes
 * message 2: e (32) | payload + tag (16)                              at least 48 bytes
 * </pre>
 *
 * <p>Each end is used once, in order, by one owner; a call out of order throws {@link
 * IllegalStateException}, and so does every call after a failure.
 */
public final class NoiseIk {
    /** Length of message 1 without its payload, in bytes. */
    public static final int MESSAGE_1_OVERHEAD = 96;

    /** Length of message 2 without its payload, in bytes. */
    public static final int MESSAGE_2_OVERHEAD = 48;

    /** Longest Noise message in bytes. */
    public static final int MAX_MESSAGE = 65_535;

    private static final int KEY = KeyAgreement.LENGTH;

    private NoiseIk() {}

    /** Sees the state after each step; for checking against vectors. What it sees is secret. */
    @FunctionalInterface
    public interface Trace {
        /** Sees nothing, at no cost. */
        Trace NONE = (_, _, _, _) -> {};

        /**
         * One step is done.
         *
         * @param step its name, such as {@code msg1 es}
         * @param h the hash, 32 bytes
         * @param ck the chaining key, 32 bytes
         * @param k the cipher key, 32 bytes; empty before the first
         */
        void step(String step, Bytes h, Bytes ck, Bytes k);
    }

    /** The end that writes message 1 and knows the other's static key beforehand. */
    public static final class Initiator {
        private final SymmetricState state;
        private final KeyPair self;
        private final KeyPair ephemeral;
        private final PublicKey responder;
        private byte[] sharedStatic = {};
        private Stage stage = Stage.NEW;

        /**
         * An end before its first message.
         *
         * @param responder the static key we expect at the other end
         * @param ephemeral a fresh pair, used for this handshake only
         * @param prologue anything both ends know
         */
        public Initiator(
                CipherSuite suite,
                KeyPair self,
                PublicKey responder,
                KeyPair ephemeral,
                Bytes prologue,
                Trace trace) {
            this.self = self;
            this.ephemeral = ephemeral;
            this.responder = responder;
            this.state = start(suite, prologue, responder.toByteArray(), trace);
        }

        /**
         * Message 1, pattern e, es, s, ss.
         *
         * @throws HandshakeException INVALID_DH if the responder's key is a low-order point
         */
        public byte[] writeMessage1(byte[] payload) throws HandshakeException {
            stage = stage.next(Stage.NEW);
            var message = message(MESSAGE_1_OVERHEAD, payload);
            System.arraycopy(ephemeral.publicBytes(), 0, message, 0, KEY);
            state.mixHash(message, 0, KEY);
            state.step("msg1 e");
            state.mixKey(ephemeral.agree(responder.toByteArray()));
            state.step("msg1 es");
            state.encryptAndHash(self.publicBytes(), message, KEY);
            state.step("msg1 s");
            sharedStatic = self.agreeWithStatic(responder);
            state.mixKey(sharedStatic);
            state.step("msg1 ss");
            state.encryptAndHash(payload, message, 2 * KEY + Aead.TAG);
            state.step("msg1 payload");
            stage = Stage.FIRST;
            return message;
        }

        /**
         * Message 2, pattern e, ee, se.
         *
         * @return its payload
         * @throws HandshakeException TRUNCATED, INVALID_DH or NOISE_DECRYPT
         */
        public byte[] readMessage2(byte[] message) throws HandshakeException {
            stage = stage.next(Stage.FIRST);
            checkLength(message, MESSAGE_2_OVERHEAD);
            var theirs = copyOfKey(message);
            state.mixHash(theirs);
            state.step("msg2 e");
            state.mixKey(ephemeral.agree(theirs));
            state.step("msg2 ee");
            state.mixKey(self.agree(theirs));
            state.step("msg2 se");
            var payload = state.decryptAndHash(message, KEY, message.length - KEY);
            state.step("msg2 payload");
            self.remember(responder, sharedStatic);
            stage = Stage.SECOND;
            return payload;
        }

        /** The session's keys, after message 2. */
        public SessionKeys split() {
            stage = stage.next(Stage.SECOND);
            return state.split();
        }
    }

    /** The end that reads message 1 and learns the other's static key from it. */
    public static final class Responder {
        private final SymmetricState state;
        private final KeyPair self;
        private Stage stage = Stage.NEW;
        private byte[] theirEphemeral = {};
        private byte[] theirStatic = {};
        private byte[] sharedStatic = {};

        /**
         * An end before its first message.
         *
         * @param prologue anything both ends know
         */
        public Responder(CipherSuite suite, KeyPair self, Bytes prologue, Trace trace) {
            this.self = self;
            this.state = start(suite, prologue, self.publicBytes(), trace);
        }

        /**
         * Message 1, pattern e, es, s, ss.
         *
         * @return its payload
         * @throws HandshakeException TRUNCATED, INVALID_DH or NOISE_DECRYPT
         */
        public byte[] readMessage1(byte[] message) throws HandshakeException {
            checkLength(message, MESSAGE_1_OVERHEAD);
            return readMessage1(message, self.agree(copyOfKey(message)));
        }

        /**
         * The same, with the first of its two Diffie-Hellman results given, so that attempts with
         * several suites share it. The second needs the sender's static key, which only the right
         * suite decrypts; so it is computed at most once, too.
         *
         * @param es of our static key and the ephemeral one in {@code message}
         */
        byte[] readMessage1(byte[] message, byte[] es) throws HandshakeException {
            stage = stage.next(Stage.NEW);
            theirEphemeral = copyOfKey(message);
            state.mixHash(theirEphemeral);
            state.step("msg1 e");
            state.mixKey(es);
            state.step("msg1 es");
            theirStatic = state.decryptAndHash(message, KEY, KEY + Aead.TAG);
            state.step("msg1 s");
            sharedStatic = self.agreeWithStatic(PublicKey.of(theirStatic));
            state.mixKey(sharedStatic);
            state.step("msg1 ss");
            var from = 2 * KEY + Aead.TAG;
            var payload = state.decryptAndHash(message, from, message.length - from);
            state.step("msg1 payload");
            stage = Stage.FIRST;
            return payload;
        }

        /** The initiator's static key, proven by message 1. */
        public PublicKey remoteStatic() {
            if (stage != Stage.FIRST && stage != Stage.SECOND && stage != Stage.SPLIT) {
                throw new IllegalStateException("no static key at stage " + stage);
            }
            return PublicKey.of(theirStatic);
        }

        /**
         * The initiator is one that is expected again: what our static keys share is kept for the
         * next time.
         */
        void rememberInitiator() {
            self.remember(remoteStatic(), sharedStatic);
        }

        /**
         * Message 2, pattern e, ee, se.
         *
         * @param ephemeral a fresh pair, used for this handshake only
         * @throws HandshakeException INVALID_DH if one of the initiator's keys is a low-order point
         */
        public byte[] writeMessage2(KeyPair ephemeral, byte[] payload) throws HandshakeException {
            stage = stage.next(Stage.FIRST);
            var message = message(MESSAGE_2_OVERHEAD, payload);
            System.arraycopy(ephemeral.publicBytes(), 0, message, 0, KEY);
            state.mixHash(message, 0, KEY);
            state.step("msg2 e");
            state.mixKey(ephemeral.agree(theirEphemeral));
            state.step("msg2 ee");
            state.mixKey(ephemeral.agree(theirStatic));
            state.step("msg2 se");
            state.encryptAndHash(payload, message, KEY);
            state.step("msg2 payload");
            stage = Stage.SECOND;
            return message;
        }

        /** The session's keys, after message 2. */
        public SessionKeys split() {
            stage = stage.next(Stage.SECOND);
            return state.split();
        }
    }

    private enum Stage {
        NEW,
        FIRST,
        SECOND,
        SPLIT,
        FAILED;

        /** What holds while a step runs that needs {@code expected}: failed, until it succeeds. */
        Stage next(Stage expected) {
            if (this != expected) {
                throw new IllegalStateException(
                        "handshake at stage " + this + " (expected: " + expected + ")");
            }
            return this == SECOND ? SPLIT : FAILED;
        }
    }

    private static SymmetricState start(
            CipherSuite suite, Bytes prologue, byte[] responder, Trace trace) {
        var state = new SymmetricState(suite, trace);
        state.mixHash(prologue.toByteArray());
        state.step("mix_hash(prologue)");
        state.mixHash(responder);
        state.step("mix_hash(responder static public)");
        return state;
    }

    private static byte[] message(int overhead, byte[] payload) {
        if (payload.length > MAX_MESSAGE - overhead) {
            throw new IllegalArgumentException(
                    "payload: "
                            + payload.length
                            + " bytes (expected: at most "
                            + (MAX_MESSAGE - overhead)
                            + ")");
        }
        return new byte[overhead + payload.length];
    }

    private static byte[] copyOfKey(byte[] message) {
        var key = new byte[KEY];
        System.arraycopy(message, 0, key, 0, KEY);
        return key;
    }

    private static void checkLength(byte[] message, int atLeast) throws HandshakeException {
        if (message.length < atLeast) {
            throw HandshakeException.of(
                    SetupFailure.Reason.TRUNCATED,
                    message.length + " bytes of a Noise message (expected: " + atLeast + ")");
        }
    }
}
