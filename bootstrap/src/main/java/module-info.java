/**
 * The composition root: configuration files, key files, and the Guice modules that make a {@link
 * dev.aptosnet.node.AptosNode} of them.
 */
module dev.aptosnet.bootstrap {
    requires transitive com.google.guice;
    requires transitive dev.aptosnet.node;
    requires dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires transitive jakarta.inject;
    requires micrometer.core;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.yaml;
    requires static org.jspecify;

    exports dev.aptosnet.bootstrap;
    exports dev.aptosnet.bootstrap.config;

    // Guice calls constructors by reflection.
    opens dev.aptosnet.bootstrap to
            com.google.guice;
}
