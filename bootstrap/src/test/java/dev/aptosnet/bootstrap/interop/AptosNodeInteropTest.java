package dev.aptosnet.bootstrap.interop;

import dev.aptosnet.bootstrap.AptosNode;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Every row against a real node, over loopback sockets. */
class AptosNodeInteropTest extends AbstractInteropTest {
    @Override
    public NodeUnderTest startNode(NodeSettings settings) {
        return new RealNode(settings);
    }

    private static final class RealNode implements NodeUnderTest {
        private final AtomicLong directSends = new AtomicLong();
        private final AptosNode node;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        RealNode(NodeSettings settings) {
            var builder =
                    AptosNode.builder()
                            .chainId(settings.chain())
                            .networkId(
                                    switch (settings.network()) {
                                        case VALIDATOR -> NetworkId.VALIDATOR;
                                        case PUBLIC -> NetworkId.PUBLIC;
                                        case VFN -> NetworkId.VFN;
                                    })
                            .mutualAuthentication(settings.mutual())
                            .maxInboundConnections(1000)
                            .suites(
                                    settings.suites().stream()
                                            .map(suite -> CipherSuite.valueOf(suite.name()))
                                            .toArray(CipherSuite[]::new))
                            .listen("/ip4/127.0.0.1/tcp/0")
                            .serve(
                                    ProtocolId.NETBENCH_RPC,
                                    request -> {
                                        if (gate.await(9, TimeUnit.SECONDS)) {
                                            request.respond(request.payload());
                                        }
                                    })
                            .receive(
                                    ProtocolId.NETBENCH_DIRECT_SEND,
                                    _ -> directSends.incrementAndGet());
            for (var trusted : settings.trusted()) {
                builder.trust(
                        PeerId.of(trusted.peerId().array()),
                        PublicKey.of(trusted.key().array()),
                        PeerRole.VALIDATOR);
            }
            node = builder.start();
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
            var address =
                    NetworkAddress.ofTcp(InetAddress.getByName(host).getAddress(), port)
                            .withKey(PublicKey.of(serverKey));
            node.addSeed(address);
            try {
                node.awaitPeer(PeerId.of(serverKey), Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new IOException(e);
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
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void send(byte[] peerId, int protocol, byte[] payload) throws IOException {
            var result =
                    node.client()
                            .sendToPeer(
                                    PeerId.of(peerId), ProtocolId.of(protocol), Bytes.of(payload));
            if (result != SendResult.QUEUED) {
                throw new IOException("not sent: " + result);
            }
        }

        @Override
        public void close() {
            gate.countDown();
            node.close();
        }
    }
}
