package dev.aptosnet.examples;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.codec.Codecs;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.ProtocolId;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An application with messages of its own: a record, its BCS codec, and one object that hears all
 * that arrives. Runs over the in-memory transport; an {@code /ip4/…/tcp/…} address is all it takes
 * to use sockets.
 */
public final class TypedMessages {
    private static final ProtocolId PRICES = ProtocolId.custom(210, "Prices");

    private TypedMessages() {}

    /** What the nodes tell each other. */
    record Price(String coin, long cents) {
        static final Codec<Price> CODEC =
                Codecs.bcs(
                        (out, price) -> out.string(price.coin()).u64(price.cents()),
                        in -> new Price(in.string(), in.u64()));
    }

    private record Market(PrintStream out, CountDownLatch heard) implements NetworkEvents<Price> {
        @Override
        public void onPeerUp(PeerInfo peer) {
            out.println("connected over " + peer.transport());
        }

        @Override
        public void onMessage(InboundMessage<Price> message) {
            out.println("heard " + message.message());
            heard.countDown();
        }

        @Override
        public void onRpcRequest(RpcRequest<Price> request) {
            request.respond(new Price(request.payload().coin(), 812));
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        var heard = new CountDownLatch(1);
        try (var market =
                        AptosNode.builder()
                                .listen("/memory/0")
                                .application(Price.CODEC, List.of(PRICES), new Market(out, heard))
                                .start();
                var trader =
                        AptosNode.builder()
                                .protocols(PRICES)
                                .seed(market.listenAddress())
                                .start()) {
            var peer = trader.awaitPeer(market.peerId(), Duration.ofSeconds(5));
            var client = trader.client(Price.CODEC, PRICES);
            client.sendToPeer(peer, PRICES, new Price("APT", 799));
            heard.await(5, TimeUnit.SECONDS);
            var answer =
                    client.sendToPeerRpc(peer, PRICES, new Price("APT", 0), Duration.ofSeconds(2));
            out.println("asked, answered " + answer);
        }
    }
}
