package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.noise.Session;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.testkit.TestIdentity;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** A peer on a plain blocking socket that speaks Noise, and lies when a test wants it to. */
final class NoisePeer implements Closeable {
    static final byte[] HELLO = {0, 3, 'r', 'a', 'w'};

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Socket socket;
    private final DataInputStream in;
    private final Session session;

    private NoisePeer(Socket socket, Session session) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.session = session;
    }

    /** A handshake as a dialer would begin it. */
    static DialerHandshake handshake(
            TestIdentity self, PeerId claimed, PublicKey server, CipherSuite suite, long time) {
        return new DialerHandshake(
                suite,
                KeyPair.ofPrivateKey(self.privateKey()),
                claimed,
                server,
                time,
                KeyPair.generate(RANDOM));
    }

    /** The 168 bytes of a peer that does everything right. */
    static byte[] firstMessage(TestIdentity self, NetworkAddress listener) {
        try {
            return handshake(
                            self,
                            self.peer(),
                            listener.key().orElseThrow(),
                            CipherSuite.CHACHAPOLY,
                            System.currentTimeMillis())
                    .firstMessage();
        } catch (HandshakeException e) {
            throw new AssertionError(e);
        }
    }

    /** Connects and does Noise; no handshake message is sent yet. */
    static NoisePeer dial(NetworkAddress listener, TestIdentity self) throws Exception {
        return dial(RawPeer.connect(listener), listener, self, System.currentTimeMillis());
    }

    /** Does Noise on a connection that is there. */
    static NoisePeer dial(Socket socket, NetworkAddress listener, TestIdentity self, long time)
            throws Exception {
        var handshake =
                handshake(
                        self,
                        self.peer(),
                        listener.key().orElseThrow(),
                        CipherSuite.CHACHAPOLY,
                        time);
        socket.getOutputStream().write(handshake.firstMessage());
        var reply = socket.getInputStream().readNBytes(DialerHandshake.REPLY);
        return new NoisePeer(socket, handshake.finish(reply));
    }

    /** Connects, does Noise and exchanges handshake messages. */
    static NoisePeer connect(NetworkAddress listener, TestIdentity self) throws Exception {
        var peer = dial(listener, self);
        peer.send(peer.sealed(HELLO));
        assertThat(peer.readRecord()).startsWith(0, 5).endsWith('h', 'e', 'l', 'l', 'o');
        return peer;
    }

    /** The listening half of Noise on an accepted socket. */
    static NoisePeer accept(Socket socket, TestIdentity self) throws Exception {
        var listener =
                new ListenerHandshake(
                        new ListenerPolicy(
                                self.peer(),
                                KeyPair.ofPrivateKey(self.privateKey()),
                                List.of(CipherSuite.values()),
                                AuthMode.MAYBE_MUTUAL,
                                TrustedPeers.NONE,
                                PeerRole.UNKNOWN),
                        new ReplayGuard(),
                        () -> KeyPair.generate(RANDOM));
        var first = socket.getInputStream().readNBytes(DialerHandshake.FIRST_MESSAGE);
        var accepted = listener.accept(first);
        socket.getOutputStream().write(accepted.reply());
        return new NoisePeer(socket, accepted.session());
    }

    /** The next record of this session, with these bytes. */
    byte[] sealed(byte[] plain) throws RecordException {
        var out = new byte[RecordSealer.MAX_RECORD];
        session.sealer().begin(out, 0);
        session.sealer().add(plain, 0, plain.length);
        return Arrays.copyOf(out, session.sealer().finish());
    }

    /** A frame as plaintext. */
    static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Every byte in a packet of its own, as far as the system allows. */
    void sendSlowly(byte[] bytes) throws IOException {
        for (var b : bytes) {
            socket.getOutputStream().write(b);
        }
    }

    void sendFrame(byte[] body) throws IOException, RecordException {
        send(sealed(frame(body)));
    }

    /** The plaintext of the next record. */
    byte[] readRecord() throws IOException, RecordException {
        var record = in.readNBytes(in.readUnsignedShort());
        var plain = new byte[record.length - 16];
        session.opener().open(record, 0, record.length, plain, 0);
        return plain;
    }

    Socket socket() {
        return socket;
    }

    /** Waits for the end; fails if anything comes before it. */
    static void expectSilentEnd(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).as("answer to a stranger").isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
