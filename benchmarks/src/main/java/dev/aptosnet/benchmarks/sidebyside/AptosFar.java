package dev.aptosnet.benchmarks.sidebyside;

import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.client.RpcHandler;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Listening nodes of this project. */
final class AptosFar implements FarEnd {
    private final CipherSuite suite;
    private final boolean inline;
    private final LongAdder sends = new LongAdder();
    private final List<AptosNode> nodes = new ArrayList<>();

    /**
     * @param inline whether handlers run on the connection's owner, not on virtual threads
     */
    AptosFar(CipherSuite suite, boolean inline) {
        this.suite = suite;
        this.inline = inline;
    }

    @Override
    public List<String> listen(int peers, String credentials) {
        close();
        var near = PublicKey.parse(credentials);
        var addresses = new ArrayList<String>();
        for (var i = 0; i < peers; i++) {
            var node = start(near);
            nodes.add(node);
            addresses.add(node.listenAddress().toString());
        }
        return addresses;
    }

    private AptosNode start(PublicKey near) {
        var builder =
                AptosEnds.limited(AptosNode.builder())
                        .suites(suite)
                        .mutualAuthentication(true)
                        .trust(PeerId.derivedFrom(near), near, PeerRole.KNOWN)
                        .listen("/ip4/127.0.0.1/tcp/0");
        serve(builder, Question.ECHO, request -> request.respond(request.payload()));
        serve(builder, Question.URGENT, request -> request.respond(request.payload()));
        serve(builder, Question.TAKE, request -> request.respond(Bytes.EMPTY));
        builder.borrow(
                AptosEnds.protocol(Question.TAKE),
                AptosEnds.SEND); // as the others do with what they take
        serve(builder, Question.COUNT, request -> request.respond(count()));
        if (inline) {
            builder.receiveInline(AptosEnds.SEND, _ -> sends.increment());
        } else {
            builder.receive(AptosEnds.SEND, _ -> sends.increment());
        }
        return builder.start();
    }

    private void serve(NodeBuilder builder, Question question, RpcHandler<Bytes> handler) {
        var protocol = AptosEnds.protocol(question);
        if (inline) {
            builder.serveInline(protocol, handler);
        } else {
            builder.serve(protocol, handler);
        }
    }

    private Bytes count() {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(sends.sum()).array());
    }

    @Override
    public void close() {
        nodes.forEach(AptosNode::close);
        nodes.clear();
    }
}
