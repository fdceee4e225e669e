package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;

import org.jspecify.annotations.Nullable;

import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Noise messages that travel beside the first packets of TLS, each in a datagram of its own:
 *
 * <pre>
 * dialer  -> 0x01, prologue (64), Noise message 1 (104), zeros up to 1,200 bytes
 * listener -> 0x02, Noise message 2 (48), one record: u16 BE length, sealed handshake message
 * </pre>
 *
 * No packet of QUIC version 1 begins so, since the second bit of each is set (RFC 9000, 17.2 and
 * 17.3.1). The zeros are there so that an answer is never longer than its question, and nobody can
 * have a listener send more to somebody else than he sends himself.
 */
final class EarlyMessage {
    /** Bytes of a question, and the most of an answer. */
    static final int SIZE = 1200;

    private static final byte QUESTION = 1;
    private static final byte ANSWER = 2;

    private static final int RECORD = 1 + DialerHandshake.REPLY;

    /** What a listener says: message 2, and its handshake message in the first record. */
    static final class Answer {
        private final byte[] noise;
        private final byte[] record;

        private Answer(byte[] noise, byte[] record) {
            this.noise = noise;
            this.record = record;
        }

        /** The 48 bytes of message 2; given away. */
        byte[] noise() {
            return noise;
        }

        /**
         * The handshake message, once.
         *
         * @throws RecordException if it was not sealed in this session
         */
        Bytes open(Session session) throws RecordException {
            var sealed = record.length - 2;
            var hello = new byte[sealed];
            var size = session.opener().open(record, 2, sealed, hello, 0);
            return Bytes.wrap(hello, 0, size);
        }
    }

    private EarlyMessage() {}

    /** Whether a datagram is none of QUIC's. */
    static boolean isOne(DatagramPacket packet) {
        return packet.getLength() > 0 && (packet.getData()[packet.getOffset()] & 0xc0) == 0;
    }

    /** The dialer's datagram. */
    static byte[] question(byte[] firstMessage) {
        return ByteBuffer.allocate(SIZE).put(QUESTION).put(firstMessage).array();
    }

    /** The 168 bytes of a dialer's datagram; null if it is none. */
    static byte @Nullable [] firstMessage(DatagramPacket packet) {
        var from = packet.getOffset();
        if (packet.getLength() != SIZE || packet.getData()[from] != QUESTION) {
            return null;
        }
        return Arrays.copyOfRange(
                packet.getData(), from + 1, from + 1 + DialerHandshake.FIRST_MESSAGE);
    }

    /** The listener's datagram; null if its handshake message is too long for one. */
    static byte @Nullable [] answer(ListenerHandshake.Accepted accepted, Bytes hello)
            throws RecordException {
        var length = RECORD + RecordSealer.OVERHEAD + hello.size();
        if (length > SIZE) {
            return null;
        }
        var datagram = new byte[length];
        datagram[0] = ANSWER;
        System.arraycopy(accepted.reply(), 0, datagram, 1, DialerHandshake.REPLY);
        var sealer = accepted.session().sealer();
        sealer.begin(datagram, RECORD);
        sealer.add(hello.toByteArray(), 0, hello.size());
        sealer.finish();
        return datagram;
    }

    /** What a listener's datagram says; null if it is none. */
    static @Nullable Answer answer(DatagramPacket packet) {
        var from = packet.getOffset();
        var end = from + packet.getLength();
        if (packet.getData()[from] != ANSWER
                || packet.getLength() <= RECORD + RecordSealer.OVERHEAD) {
            return null;
        }
        return new Answer(
                Arrays.copyOfRange(packet.getData(), from + 1, from + RECORD),
                Arrays.copyOfRange(packet.getData(), from + RECORD, end));
    }
}
