package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.transport.TransportProvider;

/** So does TCP over the JDK's sockets, where no native code loads or none is wanted. */
class NioContractTest extends TcpContractTest {
    @Override
    protected TransportProvider provider() {
        return new TcpTransportProvider(SocketKind.NIO);
    }
}
