package dev.aptosnet.benchmarks.sidebyside;

import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.PayloadEncoding;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.TransportSettings;

/** What both ends of this project's contestants agree on. */
final class AptosEnds {
    static final ProtocolId SEND = ProtocolId.NETBENCH_DIRECT_SEND;

    private static final ProtocolId URGENT =
            ProtocolId.custom(230, "Urgent", PayloadEncoding.BCS, MessageClass.CRITICAL);
    private static final ProtocolId TAKE =
            ProtocolId.custom(231, "Take", PayloadEncoding.BCS, MessageClass.LOW);

    /** Not of the sends' class, whose queue they may have filled. */
    private static final ProtocolId COUNT =
            ProtocolId.custom(232, "Count", PayloadEncoding.BCS, MessageClass.HIGH);

    private AptosEnds() {}

    static ProtocolId protocol(Question question) {
        return switch (question) {
            case ECHO -> ProtocolId.NETBENCH_RPC;
            case URGENT -> URGENT;
            case TAKE -> TAKE;
            case COUNT -> COUNT;
        };
    }

    /**
     * The defaults, but for how many calls may be open at once, since a hundred is just what we
     * make and the node's own pings count too, and for how many connections are made in a second,
     * which is what we measure.
     */
    static NodeBuilder limited(NodeBuilder builder) {
        var fast = AcceptRate.MAX;
        return builder.limits(
                        MessageLimits.builder().maxInboundRpcs(1000).maxOutboundRpcs(1000).build())
                .transportLimits(
                        TransportSettings.Limits.builder()
                                .acceptRate(new AcceptRate(fast, fast, fast, fast))
                                .build())
                .connectivity(
                        ConnectivitySettings.builder()
                                .dialsPerSecond(AcceptRate.MAX)
                                .dialBurst(AcceptRate.MAX)
                                .build());
    }
}
