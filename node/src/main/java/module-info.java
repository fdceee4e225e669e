/**
 * The running node as a library. Start at {@link dev.aptosnet.node.AptosNode}. The loops, mailboxes
 * and threads that carry out what the domain decides live here; files, dependency injection and the
 * command line do not.
 */
module dev.aptosnet.node {
    requires transitive dev.aptosnet.ports;
    requires transitive dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires transitive micrometer.core;
    requires org.lz4.java;
    requires static org.jspecify;

    exports dev.aptosnet.node;
    exports dev.aptosnet.node.codec;

    uses dev.aptosnet.ports.discovery.PeerSourceProvider;
    uses dev.aptosnet.ports.transport.TransportProvider;
}
