package dev.aptosnet.node.interop;

import static dev.aptosnet.ports.model.ProtocolId.NETBENCH_DIRECT_SEND;
import static dev.aptosnet.ports.model.ProtocolId.NETBENCH_RPC;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TransportSettings;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All rows against the node that applications use; the one class here that sees the project's own.
 */
class AptosNodeInteropTest extends AbstractInteropTest {
    @Override
    public NodeUnderTest startNode(NodeSettings settings) {
        return new Running(settings);
    }

    private static final class Running implements NodeUnderTest {
        private final AtomicLong directSends = new AtomicLong();
        private final AptosNode node;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        Running(NodeSettings settings) {
            NodeBuilder builder =
                    AptosNode.builder()
                            .chainId(settings.chain())
                            .networkId(
                                    switch (settings.network()) {
                                        case VALIDATOR -> NetworkId.VALIDATOR;
                                        case PUBLIC -> NetworkId.PUBLIC;
                                        case VFN -> NetworkId.VFN;
                                    })
                            .mutualAuthentication(settings.mutual())
                            .suites(
                                    settings.suites().stream()
                                            .map(Running::suite)
                                            .toArray(CipherSuite[]::new))
                            .transportLimits(limits(settings.behindProxy()))
                            .listen("/ip4/127.0.0.1/tcp/0")
                            .serve(
                                    NETBENCH_RPC,
                                    request -> {
                                        boolean released = gate.await(9, TimeUnit.SECONDS);
                                        if (released) {
                                            request.respond(request.payload());
                                        }
                                    })
                            .receive(NETBENCH_DIRECT_SEND, _ -> directSends.incrementAndGet());
            for (NodeSettings.Trusted peer : settings.trusted()) {
                builder.trust(
                        PeerId.of(peer.peerId().array()),
                        PublicKey.of(peer.key().array()),
                        PeerRole.KNOWN);
            }
            node = builder.start();
        }

        private static TransportSettings.Limits limits(boolean behindProxy) {
            return TransportSettings.Limits.builder().proxyProtocol(behindProxy).build();
        }

        private static CipherSuite suite(WireSuite suite) {
            return switch (suite) {
                case AESGCM -> CipherSuite.AESGCM;
                case CHACHAPOLY -> CipherSuite.CHACHAPOLY;
            };
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return node.listenAddress().port().orElseThrow();
        }

        @Override
        public byte[] publicKey() {
            return node.publicKey().toByteArray();
        }

        @Override
        public byte[] peerId() {
            return node.peerId().toByteArray();
        }

        @Override
        public long directSends() {
            return directSends.get();
        }

        @Override
        public void blockHandlers() {
            gate = new CountDownLatch(1);
        }

        @Override
        public void releaseHandlers() {
            gate.countDown();
        }

        @Override
        public void dial(String host, int port, byte[] serverKey) throws IOException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (true) {
                try {
                    dialOnce(host, port, serverKey);
                    return;
                } catch (IOException e) {
                    // The first dial may offer the suite that the listener does not have.
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public void dialOnce(String host, int port, byte[] serverKey) throws IOException {
            PublicKey key = PublicKey.of(serverKey);
            NetworkAddress address =
                    NetworkAddress.parse(
                            "/ip4/" + host + "/tcp/" + port + "/noise-ik/" + key + "/handshake/0");
            try {
                node.connect(PeerId.derivedFrom(key), address, Duration.ofSeconds(20));
            } catch (ConnectFailure e) {
                throw new IOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        @Override
        public byte[] call(byte[] peerId, int protocol, byte[] payload) throws IOException {
            try {
                return node.client()
                        .sendToPeerRpc(
                                PeerId.of(peerId),
                                ProtocolId.of(protocol),
                                Bytes.of(payload),
                                Duration.ofSeconds(30))
                        .toByteArray();
            } catch (NetworkException e) {
                throw new IOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        @Override
        public void send(byte[] peerId, int protocol, byte[] payload) throws IOException {
            SendResult result =
                    node.client()
                            .sendToPeer(
                                    PeerId.of(peerId), ProtocolId.of(protocol), Bytes.of(payload));
            if (result != SendResult.QUEUED) {
                throw new IOException("not sent: " + result);
            }
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
