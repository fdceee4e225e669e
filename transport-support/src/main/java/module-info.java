/**
 * What every transport needs and no port should hold: admission before any Diffie-Hellman, the pace
 * of input, the PROXY header, the resolution of addresses. No protocol, no threads of its own.
 */
module dev.aptosnet.transport.support {
    requires transitive dev.aptosnet.noise;
    requires transitive dev.aptosnet.ports;
    requires static org.jspecify;

    exports dev.aptosnet.transport.support;
}
