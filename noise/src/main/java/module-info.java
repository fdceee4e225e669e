/**
 * Noise IK as a library: handshake and transport states, both suites, no I/O. Start at {@link
 * dev.aptosnet.noise.DialerHandshake} and {@link dev.aptosnet.noise.ListenerHandshake}.
 */
module dev.aptosnet.noise {
    requires transitive dev.aptosnet.ports;
    requires org.bouncycastle.provider;
    requires static org.jspecify;

    exports dev.aptosnet.noise;
}
