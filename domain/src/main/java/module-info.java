/**
 * The protocol: events and time in, effects out. Pure state machines without threads, clocks,
 * sockets, files or logs. Start at {@code dev.aptosnet.domain.connection}.
 *
 * <p>{@code domain.wire} is what applications write their payloads with, too.
 */
@SuppressWarnings("module") // The modules named below are compiled after this one.
module dev.aptosnet.domain {
    requires transitive dev.aptosnet.ports;
    requires static org.jspecify;

    exports dev.aptosnet.domain.health to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.monitoring to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.network to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.peer to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.queue to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.rate to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.stream to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.wire;
    exports dev.aptosnet.domain.connection to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.connectivity to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.send to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.rollout to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
    exports dev.aptosnet.domain.rpc to
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.simulation;
}
