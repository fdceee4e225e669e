package dev.aptosnet.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.PeerNews.Event;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.LinkInfo.SetupTimes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@Timeout(30)
class PeerListenersTest {
    private static PeerInfo info(int peer, int connection) {
        return new PeerInfo(
                NetworkId.PUBLIC,
                PeerId.parse(String.valueOf(peer)),
                new ConnectionId(connection),
                PeerRole.UNKNOWN,
                NetworkAddress.parse("/ip4/10.0.0.1/tcp/6180"),
                Origin.INBOUND,
                "tcp",
                CipherSuite.AESGCM,
                Set.of(),
                new SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    /** Notes what it hears; waits for {@code go} each time. */
    private static final class Listener implements NetworkEvents<Bytes> {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final CountDownLatch go;

        Listener(CountDownLatch go) {
            this.go = go;
        }

        private void hear(String what) {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            heard.add(what);
        }

        @Override
        public void onPeerUp(PeerInfo peer) {
            hear("up " + peer.connection());
        }

        @Override
        public void onPeerReplaced(PeerInfo before, PeerInfo after) {
            hear("replaced " + before.connection() + " by " + after.connection());
        }

        @Override
        public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
            hear("down " + peer.connection());
        }

        String next() throws InterruptedException {
            var next = heard.poll(20, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        }
    }

    @Test
    void aSlowListenerHearsTheLatestOfEachPeerAndHoldsUpNoOther() throws Exception {
        var go = new CountDownLatch(1);
        var slow = new Listener(go);
        var quick = new Listener(new CountDownLatch(0));
        var listeners = new PeerListeners(List.of(slow, quick));
        var closed = DisconnectReason.CONNECTION_CLOSED;
        listeners.tell(new Event.Up(info(1, 1)));
        assertThat(quick.next()).isEqualTo("up #1");
        listeners.tell(new Event.Down(info(1, 1), closed));
        assertThat(quick.next()).isEqualTo("down #1");
        for (var connection = 2; connection < 1000; connection++) {
            listeners.tell(new Event.Up(info(2, connection)));
            assertThat(quick.next()).isEqualTo("up #" + connection);
            listeners.tell(new Event.Down(info(2, connection), closed));
            assertThat(quick.next()).isEqualTo("down #" + connection);
        }
        listeners.tell(new Event.Up(info(2, 1000)));
        listeners.tell(new Event.Up(info(3, 1001)));
        assertThat(slow.heard).isEmpty();
        go.countDown();
        // The first event was on its way, or still waiting for its thread and then overtaken.
        var first = slow.next();
        if (first.equals("up #1")) {
            first = slow.next();
        }
        assertThat(first).isEqualTo("down #1");
        assertThat(slow.next()).isEqualTo("up #1000");
        assertThat(slow.next()).isEqualTo("up #1001");
        assertThat(slow.heard).isEmpty();
    }
}
