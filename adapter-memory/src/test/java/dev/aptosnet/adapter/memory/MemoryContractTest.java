package dev.aptosnet.adapter.memory;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.testkit.SilentPeer;
import dev.aptosnet.testkit.TransportContract;

import java.util.Optional;

/** The transport within one process does what every transport does. */
class MemoryContractTest extends TransportContract {
    @Override
    protected TransportProvider provider() {
        return new MemoryTransportProvider();
    }

    @Override
    protected NetworkAddress listenAddress() {
        return NetworkAddress.parse("/memory/0");
    }

    @Override
    protected NetworkAddress deadAddress(PublicKey key) {
        return NetworkAddress.parse("/memory/9").withKey(key);
    }

    @Override
    protected Optional<SilentPeer> silentListener(PublicKey key) {
        return Optional.empty();
    }

    @Override
    protected Optional<SilentPeer> silentDialer(NetworkAddress listener) {
        return Optional.empty();
    }
}
