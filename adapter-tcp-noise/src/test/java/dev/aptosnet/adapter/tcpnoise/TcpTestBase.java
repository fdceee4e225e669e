package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** Nodes on loopback whose random choices come from one seed. */
@Timeout(60)
abstract class TcpTestBase {
    static final long SEED = Long.getLong("tcp.seed", 4711);

    static final NetworkAddress LOOPBACK = NetworkAddress.parse("/ip4/127.0.0.1/tcp/0");

    final Random random = new Random(SEED);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    final void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    final <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    final TestIdentity identity() {
        return TestIdentity.next(random);
    }

    final TransportNode node(TestIdentity identity, SettingsBuilder settings) {
        return closing(new TransportNode(new TcpTransportProvider(), identity, settings));
    }

    final TransportNode node() {
        var identity = identity();
        return node(identity, new SettingsBuilder(identity));
    }

    final byte[] bytes(int size) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
