/**
 * Both ends of every connection in one process, for tests and examples. Exports nothing; provides a
 * transport named {@code memory}.
 */
module dev.aptosnet.adapter.memory {
    requires dev.aptosnet.noise;
    requires dev.aptosnet.ports;
    requires dev.aptosnet.transport.support;
    requires static org.jspecify;

    provides dev.aptosnet.ports.transport.TransportProvider with
            dev.aptosnet.adapter.memory.MemoryTransportProvider;
}
