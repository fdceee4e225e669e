package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Which messages are timed on their way to the system, and since when (I-01). */
class SendWaitTest {
    private static final MonoTime START = new MonoTime(1L << 30);
    private static final long MS = 1_000_000;

    /** Times are kept in units of 1,024 ns. */
    private static final long UNIT = 1024;

    private final Outbox outbox = new Outbox(4 << 20, Long.MAX_VALUE);
    private final Endpoint endpoint = Endpoint.of(Endpoint.ALL);

    private void send(MonoTime now, MessageClass messageClass) {
        endpoint.at(now).send(ProtocolId.NETBENCH_DIRECT_SEND, messageClass, Bytes.of((byte) 1));
    }

    private void write(MonoTime now) {
        endpoint.connection.poll(now, outbox);
        outbox.takeAll();
    }

    @Test
    void aMessageIsTimedFromWhenTheConnectionGotIt() {
        send(START, MessageClass.HIGH);
        write(START.plusNanos(5 * MS));
        assertThat(endpoint.timed.keySet()).containsExactly(MessageClass.HIGH);
        var since = endpoint.timed.getOrDefault(MessageClass.HIGH, List.of());
        assertThat(since).hasSize(1);
        assertThat(since.getFirst().nanosSince(START)).isBetween(-UNIT, UNIT);
    }

    @Test
    void ofEachClassOneMessageIsTimedInEightMilliseconds() {
        for (var i = 0; i < 80; i++) {
            var now = START.plusNanos(i * MS);
            for (var messageClass : List.of(MessageClass.CRITICAL, MessageClass.LOW)) {
                send(now, messageClass);
                send(now, messageClass);
            }
            write(now);
        }
        // 80 ms are nine or ten times 2^23 ns, and a bit.
        assertThat(endpoint.timed.keySet())
                .containsExactly(MessageClass.CRITICAL, MessageClass.LOW);
        assertThat(endpoint.timed.values()).allSatisfy(each -> assertThat(each).hasSize(10));
    }
}
