/**
 * The vocabulary and the sockets of the house: value types, and the interfaces between the protocol
 * and the world. Depends on nothing of ours. Start at {@link
 * dev.aptosnet.ports.transport.Transport} for what the protocol asks of a network, and at {@link
 * dev.aptosnet.ports.client.NetworkClient} for what an application asks of the protocol.
 */
module dev.aptosnet.ports {
    requires transitive static org.jspecify;

    exports dev.aptosnet.ports.client;
    exports dev.aptosnet.ports.codec;
    exports dev.aptosnet.ports.discovery;
    exports dev.aptosnet.ports.model;
    exports dev.aptosnet.ports.monitoring;
    exports dev.aptosnet.ports.settings;
    exports dev.aptosnet.ports.transport;

    uses dev.aptosnet.ports.discovery.PeerSourceProvider;
    uses dev.aptosnet.ports.transport.TransportProvider;
}
