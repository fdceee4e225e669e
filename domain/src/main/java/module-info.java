/**
 * The protocol: events and time in, effects out. Pure state machines without threads, clocks,
 * sockets, files or logs. Start at {@code dev.aptosnet.domain.connection}.
 *
 * <p>{@code domain.wire} is what applications write their payloads with, too.
 */
module dev.aptosnet.domain {
    requires transitive dev.aptosnet.ports;
    requires static org.jspecify;

    exports dev.aptosnet.domain.health;
    exports dev.aptosnet.domain.monitoring;
    exports dev.aptosnet.domain.peer;
    exports dev.aptosnet.domain.queue;
    exports dev.aptosnet.domain.rate;
    exports dev.aptosnet.domain.stream;
    exports dev.aptosnet.domain.wire;
    exports dev.aptosnet.domain.connection;
    exports dev.aptosnet.domain.connectivity;
    exports dev.aptosnet.domain.send;
    exports dev.aptosnet.domain.rollout;
    exports dev.aptosnet.domain.rpc;
}
