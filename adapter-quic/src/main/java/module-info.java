/**
 * QUIC and Noise on Kwik, experimental. Exports nothing; provides a transport named {@code quic}.
 */
module dev.aptosnet.adapter.quic {
    requires dev.aptosnet.noise;
    requires dev.aptosnet.ports;
    requires dev.aptosnet.transport.support;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires static org.jspecify;
    requires tech.kwik.core;

    provides dev.aptosnet.ports.transport.TransportProvider with
            dev.aptosnet.adapter.quic.QuicTransportProvider;
}
