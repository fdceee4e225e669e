package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;

/**
 * A peer that dials a node over a blocking socket and reads what it says in the plainest way: a
 * record, its plaintext, the frames in that. Or does not read.
 */
final class PlainPeer implements AutoCloseable {
    private static final int CHAIN = 4;

    private final Socket socket;
    private final Session session;
    private final PeerId id;
    private final DataInputStream plain;

    /**
     * Connects and shakes hands.
     *
     * @param announced protocols and capabilities
     */
    PlainPeer(NetworkAddress address, ProtocolSet announced)
            throws IOException, HandshakeException, RecordException {
        var random = new SecureRandom();
        var keys = KeyPair.generate(random);
        id = PeerId.derivedFrom(keys.publicKey());
        socket = new Socket(InetAddress.getLoopbackAddress(), address.port().orElseThrow());
        socket.setTcpNoDelay(true);
        var handshake =
                new DialerHandshake(
                        CipherSuite.AESGCM,
                        keys,
                        id,
                        address.key().orElseThrow(),
                        System.currentTimeMillis(),
                        KeyPair.generate(random));
        socket.getOutputStream().write(handshake.firstMessage());
        var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        var reply = new byte[DialerHandshake.REPLY];
        in.readFully(reply);
        session = handshake.finish(reply);
        plain = new DataInputStream(new Records(in, session));
        var hello = HandshakeMsg.v1(announced, CHAIN, NetworkId.PUBLIC).encode().toByteArray();
        write(new byte[] {(byte) (hello.length >> 8), (byte) hello.length}, hello);
        plain.readFully(new byte[plain.readUnsignedShort()]);
    }

    PeerId id() {
        return id;
    }

    /** One record. */
    private void write(byte[]... parts) throws IOException, RecordException {
        var sealer = session.sealer();
        var record = new byte[1 << 17];
        sealer.begin(record, 0);
        for (var part : parts) {
            sealer.add(part, 0, part.length);
        }
        socket.getOutputStream().write(record, 0, sealer.finish());
    }

    /** Sends frames, with their lengths before them, as one record. */
    void send(byte[] frames) throws IOException {
        try {
            write(frames);
        } catch (RecordException e) {
            throw new IOException(e);
        }
    }

    /** Reads so many bytes of what the node sends, as they are. */
    void skip(int bytes) throws IOException {
        if (socket.getInputStream().readNBytes(bytes).length < bytes) {
            throw new EOFException();
        }
    }

    /** The next frame's body. */
    byte[] nextFrame() throws IOException {
        var body = new byte[plain.readInt()];
        plain.readFully(body);
        return body;
    }

    /** Is gone at once, without a word. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // Then it is as good as closed.
        }
    }

    /** The plaintext of one record after the other. */
    private static final class Records extends InputStream {
        private final DataInputStream in;
        private final Session session;
        private byte[] text = new byte[0];
        private int at;

        Records(DataInputStream in, Session session) {
            this.in = in;
            this.session = session;
        }

        @Override
        public int read() throws IOException {
            return next() ? text[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (!next()) {
                return -1;
            }
            var n = Math.min(length, text.length - at);
            System.arraycopy(text, at, target, offset, n);
            at += n;
            return n;
        }

        private boolean next() throws IOException {
            while (at == text.length) {
                byte[] record;
                try {
                    record = new byte[in.readUnsignedShort()];
                } catch (EOFException _) {
                    return false;
                }
                in.readFully(record);
                var opened = new byte[record.length];
                try {
                    var size = session.opener().open(record, 0, record.length, opened, 0);
                    text = Bytes.wrap(opened, 0, size).toByteArray();
                } catch (RecordException e) {
                    throw new IOException(e);
                }
                at = 0;
            }
            return true;
        }
    }
}
