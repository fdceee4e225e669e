package dev.aptosnet.examples;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * Answers of 32 MiB travel in pieces; urgent messages step in between. The class of a protocol says
 * which is which.
 */
public final class LargeAnswers {
    private static final ProtocolId CHUNKS =
            ProtocolId.custom(220, "Chunks", PayloadEncoding.BCS, MessageClass.LOW);
    private static final ProtocolId ALARMS =
            ProtocolId.custom(221, "Alarms", PayloadEncoding.BCS, MessageClass.CRITICAL);

    private LargeAnswers() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        var chunk = Bytes.wrap(new byte[32 << 20]);
        var alarms = new CountDownLatch(100);
        try (var server =
                        AptosNode.builder()
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .serve(CHUNKS, request -> request.respond(chunk))
                                .receive(ALARMS, _ -> alarms.countDown())
                                .start();
                var client =
                        AptosNode.builder()
                                .protocols(CHUNKS, ALARMS)
                                .seed(server.listenAddress())
                                .start()) {
            var peer = client.awaitPeer(server.peerId(), Duration.ofSeconds(5));
            var calls = client.client();
            var answers =
                    Stream.generate(
                                    () ->
                                            calls.sendToPeerRpcAsync(
                                                    peer,
                                                    CHUNKS,
                                                    Bytes.EMPTY,
                                                    Duration.ofSeconds(20)))
                            .limit(4)
                            .toList();
            for (var i = 0; i < 100; i++) {
                calls.sendToPeer(peer, ALARMS, Bytes.utf8("alarm " + i));
            }
            alarms.await();
            out.println("100 alarms arrived");
            long bytes = 0;
            for (var answer : answers) {
                bytes += answer.get().size();
            }
            out.println("4 chunks arrived, " + (bytes >> 20) + " MiB");
        }
    }
}
