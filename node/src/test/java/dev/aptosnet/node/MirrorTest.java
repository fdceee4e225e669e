package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that is led to itself by a detour. */
@Timeout(60)
class MirrorTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<PeerInfo> ups = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName("R10 a seed that is the node itself, behind a relay, is refused and never a peer")
    void aMirrorIsNoPeer() throws Exception {
        var self = Identity.generate();
        try (var relay = new Relay();
                var node =
                        AptosNode.builder()
                                .identity(self)
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .serve(ECHO, request -> request.respond(request.payload()))
                                .onPeers(
                                        new NetworkEvents<Bytes>() {
                                            @Override
                                            public void onPeerUp(PeerInfo peer) {
                                                ups.add(peer);
                                            }
                                        })
                                .start()) {
            relay.target = node.listenAddress().port().orElseThrow();
            var other = PeerId.parse("0xabc");
            // Our own key in the address is noticed before anything is sent.
            node.addSeed(other, List.of(relay.address(self)));
            assertThat(failure(() -> node.connect(other, relay.address(self), SOON)))
                    .isEqualTo(SetupFailure.Reason.SELF_DIAL);
            assertThat(relay.sockets).isEmpty();
            // With somebody else's key we reach ourselves, who does not have it.
            var absent = Identity.generate();
            node.addSeed(absent.peerId(), List.of(relay.address(absent)));
            assertThat(failure(() -> node.connect(absent.peerId(), relay.address(absent), SOON)))
                    .isEqualTo(SetupFailure.Reason.TRUNCATED);
            assertThat(relay.sockets).isNotEmpty();
            assertThat(node.peers()).isEmpty();

            try (var honest = AptosNode.builder().protocols(ECHO).start()) {
                honest.connect(node.peerId(), node.listenAddress(), SOON);
                var answer =
                        honest.client().sendToPeerRpc(node.peerId(), ECHO, Bytes.utf8("?"), SOON);
                assertThat(answer).isEqualTo(Bytes.utf8("?"));
                assertThat(ups).extracting(PeerInfo::peer).containsOnly(honest.peerId());
            }
        }
    }

    private static SetupFailure.Reason failure(ThrowingCallable dial) {
        return catchThrowableOfType(ConnectFailure.class, dial).failure().reason();
    }

    /** Takes connections and joins each to one to the target. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocket listening =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private volatile int target;

        Relay() throws IOException {
            Thread.startVirtualThread(this::accept);
        }

        NetworkAddress address(Identity of) {
            return NetworkAddress.parse(
                    "/ip4/127.0.0.1/tcp/%d/noise-ik/%s/handshake/0"
                            .formatted(listening.getLocalPort(), of.publicKey()));
        }

        private void accept() {
            try {
                while (true) {
                    var from = listening.accept();
                    sockets.add(from);
                    var to = new Socket(InetAddress.getLoopbackAddress(), target);
                    sockets.add(to);
                    Thread.startVirtualThread(() -> pump(from, to));
                    Thread.startVirtualThread(() -> pump(to, from));
                }
            } catch (IOException _) {
                // Closed, or nobody at the target any more: the node under test is done.
                close();
            }
        }

        private static void pump(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException _) {
                // One end is gone; closing both is all there is to do.
            }
        }

        @Override
        public void close() {
            try {
                listening.close();
                for (var socket : sockets) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
