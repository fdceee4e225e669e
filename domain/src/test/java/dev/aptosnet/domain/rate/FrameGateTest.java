package dev.aptosnet.domain.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.settings.InboundRate;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;

class FrameGateTest {
    private static final MonoTime START = new MonoTime(0);

    private final List<String> happened = new ArrayList<>();

    private static MonoTime after(long millis) {
        return START.plus(Duration.ofMillis(millis));
    }

    private FrameGate gate(InboundRate rate) {
        var taker =
                new FrameGate.Taker() {
                    @Override
                    public void onPassed(
                            MonoTime now, byte[] head, int offset, int length, Bytes rest) {
                        happened.add("frame " + head[offset + length - 1]);
                    }

                    @Override
                    public void onThrottled(RateLimitKind bucket) {
                        happened.add("throttled " + bucket.label());
                    }

                    @Override
                    public void onHopeless(RateLimitKind bucket, String detail) {
                        happened.add(detail);
                    }
                };
        return FrameGate.of(
                        rate,
                        ProtocolSet.of(List.of(), EnumSet.noneOf(Capability.class)),
                        EnumSet.noneOf(Capability.class),
                        START,
                        taker)
                .orElseThrow();
    }

    private static InboundRate both(long messages, long bytes) {
        return new InboundRate(
                OptionalLong.of(messages), OptionalLong.of(bytes), InboundRate.Refill.CONTINUOUS);
    }

    private static void receive(FrameGate gate, MonoTime now, byte[] frame) {
        gate.onFrame(now, frame, 0, frame.length, Bytes.EMPTY);
    }

    /** {@code 00 03 protocol priority length payload}; wire.md section 8. */
    private static byte[] directSend(int size, int lastByte) {
        return frame(size, lastByte, 0, 3, 13, 0, size);
    }

    /** {@code 01 01 stream fragment length payload}; wire.md section 9. */
    private static byte[] fragment(int size, int lastByte) {
        return frame(size, lastByte, 1, 1, 7, 0, 0, 0, 1, size);
    }

    private static byte[] frame(int size, int lastByte, int... head) {
        var frame = new byte[head.length + size];
        for (var i = 0; i < head.length; i++) {
            frame[i] = (byte) head[i];
        }
        frame[frame.length - 1] = (byte) lastByte;
        return frame;
    }

    /** Sends one frame, and finds with a second one how much the first has cost. */
    private void costs(byte[] frame, int messages, int bytes) {
        var exact = gate(both(messages, bytes));
        receive(exact, START, frame);
        assertThat(happened).as("exactly enough").noneMatch(line -> !line.startsWith("frame"));
        receive(exact, START, directSend(0, 0));
        assertThat(happened).last().isEqualTo("throttled messages");
        happened.clear();
        receive(gate(both(messages, bytes - 1)), START, frame);
        assertThat(happened)
                .containsExactly(
                        "a frame of "
                                + bytes
                                + " bytes can never pass"
                                + " (inbound_rate_limit_config.inbound_bytes_per_second)");
    }

    @Test
    @DisplayName("RL-01 a direct send costs one message and its payload")
    void directSendCosts() {
        costs(directSend(42, 1), 1, 42);
    }

    @Test
    @DisplayName("RL-02 corrected: a fragment costs its payload, and one message too")
    void fragmentCosts() {
        costs(fragment(15, 1), 1, 15);
    }

    @Test
    @DisplayName("RL-03 corrected: what cannot be read costs one message, and bytes if it has any")
    void unreadableCosts() {
        costs(new byte[] {(byte) 255, 111, 3}, 1, 3);
        happened.clear();
        var gate = gate(both(1, 1));
        receive(gate, START, new byte[] {(byte) 255});
        assertThat(happened).containsExactly("frame -1");
    }

    @Test
    void whatIsAboveTheLimitWaitsAndPassesInItsOrder() {
        var gate = gate(InboundRate.bytes(100));
        receive(gate, START, directSend(100, 1));
        assertThat(gate.isShut()).isFalse();
        receive(gate, START, directSend(50, 2));
        receive(gate, START, directSend(10, 3));
        assertThat(gate.isShut()).isTrue();
        assertThat(gate.nextDeadline()).isEqualTo(after(500));
        gate.onTime(after(499));
        assertThat(happened).containsExactly("frame 1", "throttled bytes");
        gate.onTime(after(500));
        assertThat(happened)
                .containsExactly("frame 1", "throttled bytes", "frame 2", "throttled bytes");
        assertThat(gate.nextDeadline()).isEqualTo(after(600));
        gate.onTime(after(600));
        assertThat(happened).last().isEqualTo("frame 3");
        assertThat(gate.isShut()).isFalse();
        assertThat(gate.nextDeadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void aThrottledPeerDoesNotWakeItsOwnerForEveryFrame() {
        var gate = gate(InboundRate.messages(100_000));
        for (var i = 0; i < 101_000; i++) {
            receive(gate, START, directSend(1, 1));
        }
        assertThat(gate.nextDeadline()).isEqualTo(START.plus(FrameGate.MIN_WAIT));
        gate.onTime(START.plus(FrameGate.MIN_WAIT));
        assertThat(happened.stream().filter("frame 1"::equals).count()).isEqualTo(100_500);
        assertThat(happened.stream().filter("throttled messages"::equals).count()).isEqualTo(2);
    }

    @Test
    void afterAFrameThatCanNeverPassNothingPasses() {
        var gate = gate(InboundRate.bytes(10));
        receive(gate, START, directSend(11, 1));
        receive(gate, START, directSend(1, 2));
        gate.onTime(after(5000));
        assertThat(happened)
                .containsExactly(
                        "a frame of 11 bytes can never pass"
                                + " (inbound_rate_limit_config.inbound_bytes_per_second)");
        assertThat(gate.isShut()).isTrue();
        assertThat(gate.nextDeadline()).isEqualTo(MonoTime.NEVER);
    }
}
