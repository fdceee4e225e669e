/**
 * The running node: runtime, wiring, configuration, metrics and the command line. Start at {@link
 * dev.aptosnet.bootstrap.AptosNode}. Everything that runs lives here; what it decides is decided in
 * the domain.
 */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.ports;
    requires dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires micrometer.core;
    requires static org.jspecify;

    exports dev.aptosnet.bootstrap;

    uses dev.aptosnet.ports.transport.TransportProvider;
}
