/** The running node: runtime, wiring, configuration, metrics and the command line. */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.ports;
    requires dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires static org.jspecify;
}
