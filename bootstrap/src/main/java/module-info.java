/**
 * The running node: runtime, wiring, configuration, metrics and the command line. Start at {@link
 * dev.aptosnet.bootstrap.AptosNode}. Everything that runs lives here; what it decides is decided in
 * the domain.
 */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.ports;
    requires transitive dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires dev.aptosnet.relay;
    requires dev.aptosnet.simulation;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires com.google.guice;
    requires info.picocli;
    requires jakarta.inject;
    requires jdk.management;
    requires micrometer.core;
    requires org.lz4.java;
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;

    exports dev.aptosnet.bootstrap;
    exports dev.aptosnet.bootstrap.codec;

    // Both set fields and call constructors by reflection.
    opens dev.aptosnet.bootstrap.cli to
            info.picocli;
    opens dev.aptosnet.bootstrap.wiring to
            com.google.guice;

    uses dev.aptosnet.ports.discovery.PeerSourceProvider;
    uses dev.aptosnet.ports.transport.TransportProvider;
}
