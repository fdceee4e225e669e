package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BatchDelays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** How long messages wait for company (I-18), in simulated time. */
class BatchDelayTest {
    private static final ProtocolId SEND = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final MonoTime START = new MonoTime(1_000_000_000);
    private static final long MS = 1_000_000;

    private final Outbox outbox = new Outbox(4 << 20, Long.MAX_VALUE);
    private Endpoint endpoint = endpoint(Duration.ofMillis(1), Duration.ofMillis(5));

    private static Endpoint endpoint(Duration normal, Duration low) {
        var settings =
                ConnectionSettings.builder()
                        .batchDelay(MessageClass.NORMAL, normal)
                        .batchDelay(MessageClass.LOW, low)
                        .build();
        return Endpoint.of(settings, Endpoint.ALL);
    }

    private static MonoTime after(long nanos) {
        return START.plusNanos(nanos);
    }

    private void send(MonoTime now, MessageClass messageClass, Bytes payload) {
        endpoint.at(now).send(SEND, messageClass, payload);
    }

    private void send(MonoTime now, MessageClass messageClass) {
        send(now, messageClass, Bytes.of((byte) 1));
    }

    private int written(MonoTime now) {
        endpoint.connection.poll(now, outbox);
        return outbox.takeAll().size();
    }

    @ParameterizedTest
    @EnumSource(MessageClass.class)
    void withoutADelayALoneMessageLeavesAtOnce(MessageClass messageClass) {
        endpoint = Endpoint.of(Endpoint.ALL);
        send(START, messageClass);
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(written(START)).isEqualTo(1);
        assertThat(endpoint.count(Observation.FLUSHED_AT_ONCE)).isEqualTo(1);
    }

    @Test
    void aMessageWaitsAsLongAsItsClassMayAndTakesAlongWhatHasCome() {
        send(START, MessageClass.NORMAL);
        send(after(MS / 2), MessageClass.NORMAL);
        assertThat(written(after(MS / 2))).isZero();
        assertThat(endpoint.connection.hasOutput()).isTrue();
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(after(MS));
        assertThat(written(after(MS - 1))).isZero();
        assertThat(written(after(MS))).isEqualTo(2);
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(endpoint.count(Observation.FLUSHED_WHEN_DUE)).isEqualTo(1);

        send(after(2 * MS), MessageClass.NORMAL);
        assertThat(written(after(2 * MS))).isZero();
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(after(3 * MS));
    }

    @Test
    void theEarliestDeadlineCountsForAll() {
        send(START, MessageClass.LOW);
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(after(5 * MS));
        send(after(MS), MessageClass.NORMAL);
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(after(2 * MS));
        assertThat(written(after(2 * MS))).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"CRITICAL", "HIGH"})
    void whatMayNotWaitLeavesAtOnceAndCarriesAlongWhatWaits(MessageClass urgent) {
        send(START, MessageClass.LOW);
        send(START, MessageClass.NORMAL);
        assertThat(written(START)).isZero();
        send(after(10), urgent);
        endpoint.connection.poll(after(10), outbox);
        var frames = outbox.takeAll();
        assertThat(frames).hasSize(3);
        assertThat(frames.getFirst().lane().messageClass()).isEqualTo(urgent);
        assertThat(endpoint.count(Observation.FLUSHED_AT_ONCE)).isEqualTo(1);
    }

    @Test
    void aReplyOfTheConnectionItselfCarriesAlongWhatWaits() {
        send(START, MessageClass.LOW);
        endpoint.receive(after(10), new byte[] {9, 9});
        assertThat(written(after(10))).isEqualTo(2);
    }

    @Test
    void whatIsEnoughForAWriteDoesNotWait() {
        for (var i = 0; i < 63; i++) {
            send(START, MessageClass.LOW);
            assertThat(written(START)).isZero();
        }
        send(START, MessageClass.LOW);
        assertThat(written(START)).isEqualTo(64);
        send(START, MessageClass.LOW, Bytes.wrap(new byte[64 << 10]));
        assertThat(written(START)).isPositive();
        assertThat(endpoint.count(Observation.FLUSHED_WHEN_FULL)).isEqualTo(2);
    }

    @Test
    void whatWasLetGoIsNotHeldAgainWhileTheLinkTakesItsTime() {
        var slow = new Outbox(4 << 20, 1);
        send(START, MessageClass.NORMAL);
        send(START, MessageClass.NORMAL);
        endpoint.connection.poll(after(MS), slow);
        assertThat(slow.takeAll()).hasSize(1);
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(MonoTime.NEVER);
        send(after(MS), MessageClass.NORMAL);
        endpoint.connection.poll(after(MS + 1), slow);
        assertThat(slow.takeAll()).hasSize(1);
        endpoint.connection.poll(after(MS + 2), slow);
        assertThat(slow.takeAll()).hasSize(1);
        assertThat(endpoint.connection.hasOutput()).isFalse();
    }

    @Test
    void aCallThatIsGivenUpWhileItWaitsLeavesNoDeadlineBehind() {
        var call =
                endpoint.call(
                        START,
                        ProtocolId.NETBENCH_RPC,
                        MessageClass.LOW,
                        Bytes.of((byte) 1),
                        after(1000 * MS));
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(after(5 * MS));
        assertThat(endpoint.connection.cancel(call)).isTrue();
        assertThat(endpoint.connection.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(written(after(5 * MS))).isZero();
    }

    /** Woken as a runtime wakes it: when something was given to it, and at its deadline. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noMessageWaitsLongerThanItMayAndTheOrderOfAClassStays(long seed) {
        var random = new Random(seed);
        var sent = Stream.generate(ArrayDeque<long[]>::new).limit(MessageClass.COUNT).toList();
        var delays = Map.of(MessageClass.NORMAL, MS, MessageClass.LOW, 5 * MS);
        var now = START;
        for (var number = 0; number < 5000; number++) {
            var messageClass =
                    MessageClass.ofIndex(random.nextInt(50) == 0 ? 0 : random.nextInt(2, 4));
            sent.get(messageClass.index()).add(new long[] {number, now.nanos()});
            send(now, messageClass, Bytes.wrap(ByteBuffer.allocate(8).putInt(number).array()));
            check(now, sent, delays, seed);
            var next = now.plusNanos(random.nextInt(400_000));
            var deadline = endpoint.connection.nextDeadline();
            while (!next.isBefore(deadline)) {
                check(deadline, sent, delays, seed);
                deadline = endpoint.connection.nextDeadline();
            }
            now = next;
        }
        check(now.plusNanos(5 * MS), sent, Map.of(), seed);
        assertThat(sent).as("seed %s", seed).allMatch(ArrayDeque::isEmpty);
    }

    private void check(
            MonoTime now,
            List<ArrayDeque<long[]>> sent,
            Map<MessageClass, Long> delays,
            long seed) {
        endpoint.connection.poll(now, outbox);
        for (var frame : outbox.takeAll()) {
            var of = frame.lane().messageClass();
            var number = ByteBuffer.wrap(frame.body()).getInt(frame.body().length - 8);
            var expected = sent.get(of.index()).removeFirst();
            assertThat(number).as("order in %s, seed %s", of, seed).isEqualTo((int) expected[0]);
            if (!delays.isEmpty()) {
                assertThat(now.nanos() - expected[1])
                        .as("wait of %s in %s, seed %s", number, of, seed)
                        .isLessThanOrEqualTo(delays.getOrDefault(of, 0L));
            }
        }
    }

    @Test
    void aDelayThatMayNotBeIsRefusedByName() {
        assertThatThrownBy(
                        () ->
                                ConnectionSettings.builder()
                                        .batchDelay(MessageClass.CRITICAL, Duration.ofNanos(1000))
                                        .build())
                .hasMessage("priorities.batch_delay_us: 1 (expected: 0 for critical)");
        assertThatThrownBy(() -> endpoint(Duration.ofMillis(6), Duration.ZERO))
                .hasMessage("priorities.batch_delay_us: 6000 (expected: 0 to 5000)");
        assertThatThrownBy(
                        () -> new BatchDelays(Duration.ZERO, Duration.ofMillis(-1), Duration.ZERO))
                .hasMessageStartingWith("priorities.batch_delay_us.normal: ");
    }
}
