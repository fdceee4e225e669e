package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.wire.MessagingVersion;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.testkit.Allocations;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

class AllocationTest {
    private static final int MESSAGES = 100_000;

    private final Bytes payload = Bytes.wrap(new byte[256]);
    private final Counter counter = new Counter();
    private final Negotiation.Agreed agreed =
            new Negotiation.Agreed(
                    MessagingVersion.V1, ProtocolSet.of(ProtocolId.aptosNet(), Set.of()), Set.of());
    private final Connection connection = connection();

    @Test
    void directSendAllocatesNoMoreThanItsNode() {
        sendMessages();
        var before = Allocations.ofThisThread();
        sendMessages();
        var perMessage = (Allocations.ofThisThread() - before) / (double) MESSAGES;
        assertThat(counter.frames).isEqualTo(2 * MESSAGES);
        assertThat(counter.released).isEqualTo(2 * MESSAGES);
        // The node is 40 bytes; the bound of the project is 64.
        assertThat(perMessage).isLessThanOrEqualTo(48);
    }

    @Test
    void askingWhetherAnAnswerSharesItsRequestsArrayAllocatesNothing() {
        var request = Bytes.wrap(new byte[100]);
        var large = Bytes.concat(List.of(request, Bytes.wrap(new byte[9])));
        var answers = List.of(request.slice(1, 9), Bytes.wrap(new byte[9]), large);
        var shared = 0;
        var before = Allocations.ofThisThread();
        for (var i = 0; i < MESSAGES; i++) {
            shared += answers.get(i % 3).sharesArrayWith(request) ? 1 : 0;
        }
        var each = (Allocations.ofThisThread() - before) / MESSAGES;
        assertThat(shared).isGreaterThan(MESSAGES / 2);
        assertThat(each).isZero();
    }

    @Test
    void idleConnectionIsSmall() {
        var connections = new Connection[1000];
        connections[0] = connection();
        var before = Allocations.ofThisThread();
        for (var i = 1; i < connections.length; i++) {
            connections[i] = connection();
        }
        // Tables grow with use; the project allows 8 KiB for all that a connection has.
        var each = (Allocations.ofThisThread() - before) / (connections.length - 1);
        assertThat(each).isLessThanOrEqualTo(4096);
        assertThat(connections).doesNotContainNull();
    }

    private Connection connection() {
        return new Connection(ConnectionSettings.DEFAULTS, agreed, ProtocolId.aptosNet(), counter);
    }

    private void sendMessages() {
        var now = new MonoTime(1);
        for (var i = 0; i < MESSAGES; i++) {
            connection.send(
                    now,
                    new OutboundMessage(
                            ProtocolId.NETBENCH_DIRECT_SEND, MessageClass.NORMAL, payload));
            if (i % 100 == 99) {
                connection.poll(now, counter);
            }
        }
    }

    /** Takes everything and keeps nothing. */
    private static final class Counter implements FrameSink, ConnectionSink {
        private int frames;
        private int released;

        @Override
        public boolean isWritable(Lane lane) {
            return true;
        }

        @Override
        public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
            frames++;
        }

        @Override
        public void onReleased(MessageClass messageClass, int bytes) {
            released++;
        }

        @Override
        public void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes bytes) {}

        @Override
        public void onRequest(InboundCall call, Bytes bytes) {}

        @Override
        public void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {}

        @Override
        public void observeMistake(Observation what, Enum<?> error) {}
    }
}
