/**
 * The application: the command line, the demo, the check of vectors, and the logging back end that
 * belongs to them. Sees every other module; exports nothing.
 */
module dev.aptosnet.cli {
    requires dev.aptosnet.bootstrap;
    requires dev.aptosnet.domain;
    requires dev.aptosnet.node;
    requires dev.aptosnet.noise;
    requires dev.aptosnet.ports;
    requires dev.aptosnet.transport.support;
    requires dev.aptosnet.simulation;
    requires dev.aptosnet.testkit;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires info.picocli;
    requires jdk.management;
    requires micrometer.core;
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires static org.jspecify;

    // Sets fields and calls constructors by reflection.
    opens dev.aptosnet.cli to
            info.picocli;
}
