package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.NodeFeature;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.concurrent.atomic.LongAdder;

/**
 * Speaks the two protocols of aptos-core's network benchmark, so that any two nodes have something
 * in common. With echo on it answers requests with their own payload and counts direct sends;
 * without, it refuses the first and drops the second.
 */
public final class NetbenchFeature implements NodeFeature {
    private final boolean echo;
    private final LongAdder requests = new LongAdder();
    private final LongAdder requestBytes = new LongAdder();
    private final LongAdder directSends = new LongAdder();
    private final LongAdder directSendBytes = new LongAdder();

    /**
     * @param echo whether to answer and count
     */
    public NetbenchFeature(boolean echo) {
        this.echo = echo;
    }

    @Override
    public void register(NodeBuilder builder) {
        if (!echo) {
            builder.protocols(ProtocolId.NETBENCH_DIRECT_SEND, ProtocolId.NETBENCH_RPC);
            return;
        }
        builder.serve(
                ProtocolId.NETBENCH_RPC,
                request -> {
                    requests.increment();
                    requestBytes.add(request.payload().size());
                    request.respond(request.payload());
                });
        builder.receive(
                ProtocolId.NETBENCH_DIRECT_SEND,
                message -> {
                    directSends.increment();
                    directSendBytes.add(message.message().size());
                });
    }

    /** Requests answered. */
    public long requests() {
        return requests.sum();
    }

    /** Payload bytes of them. */
    public long requestBytes() {
        return requestBytes.sum();
    }

    /** Direct sends received. */
    public long directSends() {
        return directSends.sum();
    }

    /** Payload bytes of them. */
    public long directSendBytes() {
        return directSendBytes.sum();
    }
}
