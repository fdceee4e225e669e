package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A dialer that proves who it is, and from then on does with its streams what a test wants: reads
 * them or not, opens them and leaves them.
 */
final class StrangePeer implements AutoCloseable {
    private final QuicClientConnection connection;
    private final LinkedBlockingQueue<QuicStream> opened = new LinkedBlockingQueue<>();

    private StrangePeer(QuicClientConnection connection) {
        this.connection = connection;
        connection.setPeerInitiatedStreamCallback(opened::add);
    }

    static StrangePeer connect(TestIdentity identity, NetworkAddress listener) {
        var connection = StrangeQuic.client(listener, QuicTransport.APPLICATION);
        var peer = new StrangePeer(connection);
        try {
            connection.connect();
            var random = new SecureRandom();
            var control = connection.createStream(true);
            new Handshake(control.getInputStream(), control.getOutputStream(), Bytes.utf8("hello"))
                    .dial(
                            new DialerHandshake(
                                    CipherSuite.CHACHAPOLY,
                                    KeyPair.ofPrivateKey(identity.privateKey()),
                                    identity.peer(),
                                    listener.key().orElseThrow(),
                                    System.currentTimeMillis(),
                                    KeyPair.generate(random),
                                    ThrowAwayCertificate.hash(
                                            connection.getServerCertificateChain().getFirst())),
                            RaceTicket.FREE);
            return peer;
        } catch (Handshake.Failed | IOException | GeneralSecurityException e) {
            connection.close();
            throw new AssertionError(e);
        }
    }

    QuicClientConnection connection() {
        return connection;
    }

    /** The next stream that the other end opened, after the byte that says what it is for. */
    QuicStream nextStream() {
        try {
            var stream = opened.poll(TransportNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (stream == null) {
                throw new AssertionError("no stream");
            }
            assertThat(stream.getInputStream().read()).isBetween(0, 4);
            return stream;
        } catch (InterruptedException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The next frame of a stream. */
    static Bytes readFrame(InputStream in) {
        try {
            var length = ByteBuffer.wrap(in.readNBytes(Integer.BYTES)).getInt();
            return Bytes.wrap(in.readNBytes(length));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
