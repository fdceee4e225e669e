/**
 * The running node: wiring, configuration and the command line. What it starts is a {@link
 * dev.aptosnet.node.AptosNode}.
 */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.node;
    requires dev.aptosnet.domain;
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
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;

    // Both set fields and call constructors by reflection.
    opens dev.aptosnet.bootstrap.cli to
            info.picocli;
    opens dev.aptosnet.bootstrap.wiring to
            com.google.guice;
}
