package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Nodes over QUIC, by nothing but the form of their addresses. */
class QuicNodeTest {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void callsAndDirectSendsOfEverySizePassOverQuic() throws Exception {
        var received = new LinkedBlockingQueue<Bytes>();
        try (var a =
                        AptosNode.builder()
                                .chainId(4)
                                .identity(Identity.generate())
                                .listen("/ip4/127.0.0.1/quic/0")
                                .serve(ECHO, request -> request.respond(request.payload()))
                                .receive(
                                        ProtocolId.MEMPOOL_DIRECT_SEND,
                                        message -> received.add(message.message()))
                                .start();
                var b =
                        AptosNode.builder()
                                .chainId(4)
                                .identity(Identity.generate())
                                .protocols(ECHO, ProtocolId.MEMPOOL_DIRECT_SEND)
                                .seed(a.listenAddress())
                                .start()) {
            var peer = b.awaitPeer(a.peerId(), Duration.ofSeconds(20));
            assertThat(b.peers().getFirst().transport()).isEqualTo("quic");

            var random = new Random(11);
            for (var size : new int[] {0, 1, 300, 70_000, 1 << 20, 8 << 20}) {
                var bytes = new byte[size];
                random.nextBytes(bytes);
                var answer = b.client().sendToPeerRpc(peer, ECHO, Bytes.wrap(bytes), LIMIT);
                assertThat(answer.equals(Bytes.wrap(bytes))).as("%d bytes", size).isTrue();
            }
            for (var i = 0; i < 100; i++) {
                assertThat(
                                b.client()
                                        .sendToPeer(
                                                peer,
                                                ProtocolId.MEMPOOL_DIRECT_SEND,
                                                Bytes.utf8("transaction " + i)))
                        .isEqualTo(SendResult.QUEUED);
            }
            for (var i = 0; i < 100; i++) {
                assertThat(received.poll(20, TimeUnit.SECONDS))
                        .isEqualTo(Bytes.utf8("transaction " + i));
            }
        }
    }
}
