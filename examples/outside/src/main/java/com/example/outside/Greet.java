package com.example.outside;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;

/** Two nodes over TCP; the second asks the first and prints the answer. */
public final class Greet {
    private static final ProtocolId ECHO = ProtocolId.custom(200, "Echo");

    private Greet() {}

    /** Prints the answer, and whether this runs as a module. */
    public static void main(String[] args) throws InterruptedException {
        try (var a =
                        AptosNode.builder()
                                .chainId(4)
                                .identity(Identity.generate())
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .serve(ECHO, request -> request.respond(request.payload()))
                                .start();
                var b =
                        AptosNode.builder()
                                .chainId(4)
                                .identity(Identity.generate())
                                .protocols(ECHO)
                                .seed(a.listenAddress())
                                .start()) {
            var peer = b.awaitPeer(a.peerId(), Duration.ofSeconds(20));
            var answer =
                    b.client()
                            .sendToPeerRpc(peer, ECHO, Bytes.utf8("hello"), Duration.ofSeconds(20));
            System.out.println(
                    answer.asUtf8()
                            + (Greet.class.getModule().isNamed()
                                    ? " as a module"
                                    : " on the class path"));
        }
    }
}
