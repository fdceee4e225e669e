/**
 * The protocol: events and time in, effects out. Pure state machines without threads, clocks,
 * sockets, files or logs. Start at {@code dev.aptosnet.domain.connection}.
 */
module dev.aptosnet.domain {
    requires transitive dev.aptosnet.ports;
    requires static org.jspecify;

    exports dev.aptosnet.domain.peer;
}
