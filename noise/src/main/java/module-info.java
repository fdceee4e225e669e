/** Noise IK as a library: handshake and transport states, both suites, no I/O. */
module dev.aptosnet.noise {
    requires transitive dev.aptosnet.ports;
    requires org.bouncycastle.provider;
    requires static org.jspecify;
}
