package dev.aptosnet.node.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.QueueStyle;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

class PeerInboxesTest {
    private static final ProtocolId PROTOCOL = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final PeerId PEER = PeerId.parse("0x1");

    private final PeerInboxes.Table table = new PeerInboxes.Table();

    private InboundQueue queue(PeerInboxes of) {
        return of.queue(
                PROTOCOL.number(),
                () ->
                        new InboundQueue(
                                PROTOCOL,
                                (_, _) -> {},
                                Inbox.of(QueueStyle.FIFO, 4),
                                new HandlerReports(PROTOCOL),
                                () -> table.idle(PEER)));
    }

    @Test
    void aNewConnectionToAPeerFindsTheQueueOfTheOldOne() {
        var before = table.acquire(PEER);
        var after = table.acquire(PEER);
        assertThat(queue(after)).isSameAs(queue(before));
        table.release(PEER);
        assertThat(queue(table.acquire(PEER))).isSameAs(queue(before));
    }

    @Test
    void thePeersQueuesGoWithItsLastConnection() {
        var first = queue(table.acquire(PEER));
        table.acquire(PEER);
        table.release(PEER);
        assertThat(table.size()).isEqualTo(1);
        table.release(PEER);
        assertThat(table.size()).isZero();
        assertThat(queue(table.acquire(PEER))).isNotSameAs(first);
    }
}
