package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * What runs in the first stream of a connection, on a blocking thread, before anything is exposed:
 *
 * <pre>
 * dialer  -> 0x00, prologue (64), Noise message 1 (104)
 * listener -> Noise message 2 (48), u16 BE length, handshake message
 * dialer  -> one record of one byte, u16 BE length, handshake message
 * </pre>
 *
 * or, where the first two have travelled beside TLS ({@link EarlyMessage}),
 *
 * <pre>
 * dialer  -> 0x01, one record of one byte, u16 BE length, handshake message
 * </pre>
 *
 * The messages are those of wire.md section 4, with the hash of the listener's certificate appended
 * to the prologue at both ends, so that whoever sits between two TLS sessions fits neither. The
 * record proves that the dialer holds the session and is not a recording; the handshake messages
 * need no record, since TLS seals them and Noise has proven who ends it.
 */
final class Handshake {
    /** Longest handshake message, in bytes. */
    private static final int MAX_HELLO = 65_535;

    private static final int PROOF_RECORD = 1 + RecordSealer.OVERHEAD;

    private static final byte[] NOTHING = {};

    /** First byte of a handshake that begins here, and of one that has begun beside TLS. */
    static final byte BEGUN_HERE = 0;

    static final byte BEGUN_EARLY = 1;

    private final InputStream in;
    private final OutputStream out;
    private final Bytes ownHello;
    private volatile String waitingFor = "";
    private volatile boolean noiseDone;

    /** The set-up failed, and why. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient SetupFailure failure;

        Failed(Reason reason, String detail) {
            this(new SetupFailure(reason, detail));
        }

        Failed(SetupFailure failure) {
            super(failure.toString(), null, false, false);
            this.failure = failure;
        }

        SetupFailure failure() {
            return failure;
        }
    }

    Handshake(InputStream in, OutputStream out, Bytes ownHello) {
        this.in = in;
        this.out = out;
        this.ownHello = ownHello;
    }

    /** For a set-up that ran out of time. */
    String waitingFor() {
        return waitingFor;
    }

    /** Whether the dialer has read message 2, so that the listener is proven. */
    boolean isNoiseDone() {
        return noiseDone;
    }

    /** The dialer's part; returns the listener's handshake message. */
    Bytes dial(DialerHandshake noise, RaceTicket turn) throws Failed, IOException {
        try {
            out.write(
                    ByteBuffer.allocate(1 + DialerHandshake.FIRST_MESSAGE)
                            .put(BEGUN_HERE)
                            .put(noise.firstMessage())
                            .array());
            out.flush();
            waitingFor = "the listener's answer to message 1";
            var session = noise.finish(read(DialerHandshake.REPLY, "closed after message 1"));
            prove(session, NOTHING, turn);
            waitingFor = "the listener's handshake message";
            return readHello();
        } catch (HandshakeException e) {
            throw new Failed(e.failure());
        }
    }

    /** The dialer's part where the listener is proven already; waits for nothing. */
    void goOn(Session session, RaceTicket turn) throws Failed, IOException {
        prove(session, new byte[] {BEGUN_EARLY}, turn);
    }

    private void prove(Session session, byte[] before, RaceTicket turn) throws Failed, IOException {
        noiseDone = true;
        if (!turn.take()) {
            throw new Failed(RaceTicket.NOT_OURS);
        }
        var proof = proof(session);
        out.write(ByteBuffer.allocate(before.length + proof.length).put(before).put(proof).array());
        writeHello();
    }

    /** What the listener learnt. */
    record Accepted(ListenerHandshake.Accepted noise, Bytes hello) {}

    /**
     * The listener's part.
     *
     * @param early what the dialer has begun beside TLS, asked for at most once; null if nothing
     */
    Accepted accept(
            ListenerHandshake noise,
            Bytes binding,
            Supplier<ListenerHandshake.@Nullable Accepted> early)
            throws Failed, IOException {
        try {
            waitingFor = "the dialer's first message";
            var accepted = begun(noise, binding, early);
            waitingFor = "the dialer's handshake message";
            check(accepted.session(), read(PROOF_RECORD, "closed after message 2"));
            accepted.commit();
            return new Accepted(accepted, readHello());
        } catch (HandshakeException e) {
            throw new Failed(e.failure());
        }
    }

    private ListenerHandshake.Accepted begun(
            ListenerHandshake noise,
            Bytes binding,
            Supplier<ListenerHandshake.@Nullable Accepted> early)
            throws Failed, IOException, HandshakeException {
        var kind = read(1, "closed before message 1")[0];
        return switch (kind) {
            case BEGUN_HERE -> begunHere(noise, binding);
            case BEGUN_EARLY -> begunEarly(early.get());
            default ->
                    throw new Failed(
                            Reason.NOISE_DECRYPT,
                            "a handshake of kind " + (kind & 0xff) + " (expected: 0 or 1)");
        };
    }

    private ListenerHandshake.Accepted begunHere(ListenerHandshake noise, Bytes binding)
            throws Failed, IOException, HandshakeException {
        var first = read(DialerHandshake.FIRST_MESSAGE, "closed before message 1");
        var accepted = noise.accept(first, binding);
        out.write(accepted.reply());
        writeHello();
        return accepted;
    }

    private static ListenerHandshake.Accepted begunEarly(
            ListenerHandshake.@Nullable Accepted accepted) throws Failed {
        if (accepted == null) {
            throw new Failed(
                    Reason.NOISE_DECRYPT,
                    "the dialer goes on with a handshake that it has not begun");
        }
        return accepted;
    }

    private static byte[] proof(Session session) throws Failed {
        try {
            var record = new byte[PROOF_RECORD];
            var sealer = session.sealer();
            sealer.begin(record, 0);
            sealer.add(new byte[1], 0, 1);
            sealer.finish();
            return record;
        } catch (RecordException e) {
            throw new Failed(Reason.NOISE_DECRYPT, String.valueOf(e.getMessage()));
        }
    }

    private static void check(Session session, byte[] record) throws Failed {
        try {
            var length = (record[0] & 0xff) << 8 | (record[1] & 0xff);
            if (length != PROOF_RECORD - 2) {
                throw new Failed(Reason.NOISE_DECRYPT, "proof of " + length + " bytes");
            }
            session.opener().open(record, 2, length, new byte[length], 0);
        } catch (RecordException e) {
            throw new Failed(
                    Reason.NOISE_DECRYPT,
                    "the dialer does not hold the session: " + e.getMessage());
        }
    }

    private void writeHello() throws IOException {
        var size = ownHello.size();
        out.write(new byte[] {(byte) (size >> 8), (byte) size});
        out.write(ownHello.toByteArray());
        out.flush();
    }

    private Bytes readHello() throws Failed, IOException {
        var length = read(2, "closed before its handshake message");
        var size = (length[0] & 0xff) << 8 | (length[1] & 0xff);
        if (size == 0 || size > MAX_HELLO) {
            throw new Failed(
                    Reason.BAD_HELLO,
                    "handshake message of " + size + " bytes (expected: 1 to 65535)");
        }
        return Bytes.wrap(read(size, "closed inside its handshake message"));
    }

    private byte[] read(int length, String otherwise) throws Failed, IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new Failed(Reason.TRUNCATED, otherwise);
        }
        return bytes;
    }
}
