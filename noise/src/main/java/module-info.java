/**
 * Noise IK as a library: handshake and transport states, both suites, no I/O. Start at {@link
 * dev.aptosnet.noise.DialerHandshake} and {@link dev.aptosnet.noise.ListenerHandshake}.
 */
@SuppressWarnings("module") // The modules named below are compiled after this one.
module dev.aptosnet.noise {
    requires transitive dev.aptosnet.ports;
    requires org.bouncycastle.provider;
    requires static org.jspecify;

    exports dev.aptosnet.noise to
            dev.aptosnet.adapter.memory,
            dev.aptosnet.adapter.quic,
            dev.aptosnet.adapter.tcpnoise,
            dev.aptosnet.bootstrap,
            dev.aptosnet.cli,
            dev.aptosnet.node,
            dev.aptosnet.transport.support;
}
