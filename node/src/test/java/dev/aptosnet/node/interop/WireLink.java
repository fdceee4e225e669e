package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;

/**
 * A connection after the Noise handshake: records (wire.md section 5), the byte stream in them, and
 * {@code u32} frames (section 8), with a way in at each layer. One thread may read while others
 * write; a frame is written whole.
 */
final class WireLink implements AutoCloseable {
    /** Most plaintext bytes in one record. */
    static final int MAX_PLAINTEXT = 65_519;

    /** Most bytes in a frame's body, F. */
    static final int MAX_FRAME = 4_194_304;

    private final Socket socket;
    private final InputStream in;
    private final WireSuite suite;
    private final byte[] sendKey;
    private final byte[] receiveKey;
    private final Object writing = new Object();
    private long sent;
    private long received;
    private byte[] pending = {};
    private int position;

    WireLink(Socket socket, WireSuite suite, byte[] sendKey, byte[] receiveKey) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.suite = suite;
        this.sendKey = sendKey.clone();
        this.receiveKey = receiveKey.clone();
    }

    WireSuite suite() {
        return suite;
    }

    Socket socket() {
        return socket;
    }

    /** Bytes as they are, below the records. */
    void writeRaw(byte[] bytes) throws IOException {
        synchronized (writing) {
            socket.getOutputStream().write(bytes);
        }
    }

    /**
     * The next record of our direction, {@code u16 length || ciphertext}, counted as sent but not
     * written.
     */
    byte[] seal(byte[] plaintext) {
        synchronized (writing) {
            try {
                byte[] ciphertext = suite.seal(sendKey, sent++, new byte[0], plaintext);
                byte[] length = {(byte) (ciphertext.length >> 8), (byte) ciphertext.length};
                return concat(length, ciphertext);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** One record with exactly this plaintext, at most {@link #MAX_PLAINTEXT} bytes. */
    void writeRecord(byte[] plaintext) throws IOException {
        synchronized (writing) {
            writeRaw(seal(plaintext));
        }
    }

    /** Bytes of the stream inside the records, cut into the largest records. */
    void write(byte[] bytes) throws IOException {
        synchronized (writing) {
            for (int at = 0; at < bytes.length; at += MAX_PLAINTEXT) {
                writeRecord(
                        Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + MAX_PLAINTEXT)));
            }
        }
    }

    void writeFrame(byte[] body) throws IOException {
        write(frame(body));
    }

    /** {@code u32 length || body}. */
    static byte[] frame(byte[] body) {
        return concat(ByteBuffer.allocate(4).putInt(body.length).array(), body);
    }

    /**
     * The next record's plaintext.
     *
     * @throws EOFException if the connection ends, between records or inside one
     * @throws IOException for a record that section 5 refuses
     */
    byte[] readRecord() throws IOException {
        int length = ByteBuffer.wrap(readRaw(in, 2)).getShort() & 0xffff;
        if (length <= 16) {
            throw new IOException("a record of " + length + " bytes");
        }
        try {
            return suite.open(receiveKey, received++, new byte[0], readRaw(in, length));
        } catch (GeneralSecurityException e) {
            throw new IOException("record " + (received - 1) + " does not decrypt", e);
        }
    }

    /** Exactly {@code count} bytes of the stream inside the records. */
    byte[] read(int count) throws IOException {
        byte[] out = new byte[count];
        int filled = 0;
        while (filled < count) {
            if (position == pending.length) {
                pending = readRecord();
                position = 0;
            }
            int n = Math.min(count - filled, pending.length - position);
            System.arraycopy(pending, position, out, filled, n);
            position += n;
            filled += n;
        }
        return out;
    }

    /** The next frame's body; a length above F is the peer's violation. */
    byte[] readFrame() throws IOException {
        long length = ByteBuffer.wrap(read(4)).getInt() & 0xffff_ffffL;
        if (length > MAX_FRAME) {
            throw new FrameTooLong(length);
        }
        return read((int) length);
    }

    /**
     * Waits to see that nothing arrives.
     *
     * @throws AssertionError if a byte or the end of the stream comes within {@code time}
     */
    void expectQuiet(Duration time) throws IOException {
        if (position < pending.length) {
            throw new AssertionError(
                    pending.length - position + " bytes are waiting, expected none");
        }
        int before = socket.getSoTimeout();
        socket.setSoTimeout((int) time.toMillis());
        try {
            int next = in.read();
            throw new AssertionError(
                    next < 0
                            ? "the connection ended, expected silence"
                            : "a byte came, expected silence");
        } catch (SocketTimeoutException e) {
            // Silence is what was asked for.
        } finally {
            socket.setSoTimeout(before);
        }
    }

    /**
     * As {@link #bytesUntilClosed(Socket, Duration)}, plus what was already decrypted and not read.
     */
    long bytesUntilClosed(Duration within) throws IOException {
        return pending.length - position + bytesUntilClosed(socket, within);
    }

    /**
     * Reads until the other side ends the connection, orderly or by a reset, and counts the bytes
     * that came before.
     *
     * @throws AssertionError if it is still open when {@code within} has passed
     */
    static long bytesUntilClosed(Socket socket, Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        byte[] buffer = new byte[8192];
        long count = 0;
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "still open after " + within + ", " + count + " bytes came");
            }
            socket.setSoTimeout((int) left);
            try {
                int n = socket.getInputStream().read(buffer);
                if (n < 0) {
                    return count;
                }
                count += n;
            } catch (SocketTimeoutException e) {
                throw new AssertionError(
                        "still open after " + within + ", " + count + " bytes came", e);
            } catch (SocketException e) {
                return count;
            }
        }
    }

    static byte[] readRaw(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException(
                    "the connection ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The peer announced a frame longer than F. */
    static final class FrameTooLong extends IOException {
        private static final long serialVersionUID = 1L;

        FrameTooLong(long length) {
            super("a frame of " + length + " bytes");
        }
    }
}
