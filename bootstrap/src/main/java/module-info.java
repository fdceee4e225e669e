/** The running node: runtime, wiring, configuration, metrics and the command line. */
module dev.aptosnet.bootstrap {
    requires transitive dev.aptosnet.ports;
    requires transitive dev.aptosnet.domain;
    requires dev.aptosnet.noise;
    requires static org.jspecify;
    requires org.lz4.java;
    requires tools.jackson.databind;

    exports dev.aptosnet.bootstrap.codec;
    exports dev.aptosnet.bootstrap.vectors;
}
