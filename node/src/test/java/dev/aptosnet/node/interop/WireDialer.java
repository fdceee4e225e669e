package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import dev.aptosnet.node.interop.WireHello.WireNetwork;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How to dial one server, right or deliberately wrong. The setters change this object and return
 * it; unset, everything is as an honest stranger with fresh keys does it on the public network of
 * chain 4.
 */
final class WireDialer {
    private static final AtomicLong LAST_TIMESTAMP = new AtomicLong();

    private final String host;
    private final int port;
    private final byte[] serverKey;
    private WireSuite suite = WireSuite.AESGCM;
    private WireKeys keys = WireKeys.generate();
    private @Nullable WireKeys ephemeral;
    private byte @Nullable [] peerId;
    private byte @Nullable [] prologueKey;
    private @Nullable Long timestamp;
    private byte[] hello = WireHello.of(4, WireNetwork.PUBLIC, 13, 14).encode();
    private boolean byteByByte;
    private byte[] header = {};
    private byte[] firstMessage = {};

    WireDialer(String host, int port, byte[] serverKey) {
        this.host = host;
        this.port = port;
        this.serverKey = serverKey.clone();
    }

    WireDialer suite(WireSuite value) {
        suite = value;
        return this;
    }

    WireDialer keys(WireKeys value) {
        keys = value;
        return this;
    }

    /** The pair for e; fresh for each dial unless set. */
    WireDialer ephemeral(WireKeys value) {
        ephemeral = value;
        return this;
    }

    /** The peer id in the prologue; the static public key unless set. */
    WireDialer peerId(byte[] value) {
        peerId = value.clone();
        return this;
    }

    /**
     * The server key in the prologue, where it is to differ from the one used for Diffie-Hellman.
     */
    WireDialer prologueKey(byte[] value) {
        prologueKey = value.clone();
        return this;
    }

    /** The payload's milliseconds; unset, the wall clock, but never the same value twice. */
    WireDialer timestamp(long value) {
        timestamp = value;
        return this;
    }

    WireDialer hello(WireHello value) {
        return helloBody(value.encode());
    }

    /** Any bytes in place of the HandshakeMsg. */
    WireDialer helloBody(byte[] value) {
        hello = value.clone();
        return this;
    }

    /** Sends the first message and the HandshakeMsg one byte per write. */
    WireDialer byteByByte() {
        byteByByte = true;
        return this;
    }

    /** Bytes that a proxy puts before everything else. */
    WireDialer behind(byte[] proxyHeader) {
        header = proxyHeader.clone();
        return this;
    }

    /** The 168 bytes of the latest dial, to be recorded and sent again. */
    byte[] firstMessage() {
        return firstMessage.clone();
    }

    /** A plain connection with nothing sent. */
    Socket open() throws IOException {
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(15_000);
        socket.connect(new InetSocketAddress(host, port), 5_000);
        return socket;
    }

    /** A connection after Noise, before any HandshakeMsg. */
    WireLink dialNoise() throws IOException {
        Socket socket = open();
        try {
            WireNoise noise = prepare();
            write(socket, concat(header, firstMessage));
            noise.readMessage2(WireLink.readRaw(socket.getInputStream(), WireNoise.MESSAGE_2));
            return new WireLink(
                    socket, suite, noise.clientToServerKey(), noise.serverToClientKey());
        } catch (GeneralSecurityException e) {
            socket.close();
            throw new IOException("message 2 does not authenticate", e);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A connection after both HandshakeMsgs, checked for something in common. */
    WireClient dial() throws IOException {
        WireLink link = dialNoise();
        try {
            write(link.socket(), link.seal(WireHello.framed(hello)));
            WireHello theirs = WireHello.read(link);
            return new WireClient(link, theirs);
        } catch (IOException e) {
            link.close();
            throw e;
        }
    }

    /**
     * A connection after Noise, our HandshakeMsg sent and the server's read, whatever either says.
     */
    WireLink dialAndExchangeHellos() throws IOException {
        WireLink link = dialNoise();
        link.writeRecord(WireHello.framed(hello));
        WireHello theirs = WireHello.read(link);
        if (theirs.protocols().isEmpty()) {
            throw new AssertionError("the server names no protocol: " + theirs);
        }
        return link;
    }

    /** Builds the 168 bytes ({@link #firstMessage}) without sending them. */
    WireNoise prepare() {
        try {
            byte[] prologue =
                    concat(
                            peerId == null ? keys.publicKey() : peerId,
                            prologueKey == null ? serverKey : prologueKey);
            WireNoise noise =
                    WireNoise.client(
                            suite,
                            prologue,
                            serverKey,
                            keys,
                            ephemeral == null ? WireKeys.generate() : ephemeral);
            Long fixed = timestamp;
            long millis =
                    fixed != null
                            ? fixed
                            : LAST_TIMESTAMP.updateAndGet(
                                    last -> Math.max(last + 1, System.currentTimeMillis()));
            byte[] payload =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(millis).array();
            firstMessage = concat(prologue, noise.writeMessage1(payload));
            return noise;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        if (!byteByByte) {
            out.write(bytes);
            return;
        }
        for (byte single : bytes) {
            out.write(single);
            out.flush();
        }
    }
}
