/** TCP and Noise on Netty. Exports nothing; provides a transport named {@code tcp}. */
module dev.aptosnet.adapter.tcpnoise {
    requires dev.aptosnet.noise;
    requires dev.aptosnet.ports;
    requires dev.aptosnet.transport.support;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires static org.jspecify;

    provides dev.aptosnet.ports.transport.TransportProvider with
            dev.aptosnet.adapter.tcpnoise.TcpTransportProvider;
}
