/**
 * The running node: runtime, wiring, configuration, metrics and the command line. Start at {@link
 * dev.aptosnet.bootstrap.AptosNode}. Everything that runs lives here; what it decides is decided in
 * the domain.
 */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.ports;
    requires transitive dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires micrometer.core;
    requires static org.jspecify;
    requires org.lz4.java;
    requires tools.jackson.databind;

    exports dev.aptosnet.bootstrap;
    exports dev.aptosnet.bootstrap.codec;

    uses dev.aptosnet.ports.transport.TransportProvider;
}
