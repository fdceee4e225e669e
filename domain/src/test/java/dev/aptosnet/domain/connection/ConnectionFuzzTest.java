package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.link.TestCall;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/** Frames of a peer that has lost its mind: none throws, and nothing grows beyond its bound. */
class ConnectionFuzzTest {
    private static final int FRAMES = 20_000;

    private final ConnectionSettings settings =
            ConnectionSettings.builder()
                    .maxFrameBytes(4096)
                    .maxMessageBytes(65_536)
                    .minPieceBytes(512)
                    .build();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noFrameThrowsAndEveryCallStillEndsOnce(long seed) {
        var random = new Random(seed);
        var capabilities =
                seed % 2 == 0 ? EnumSet.allOf(Capability.class) : EnumSet.noneOf(Capability.class);
        var victim = Endpoint.of(settings, capabilities);
        var samples = samples(capabilities, random);
        var calls = new ArrayList<TestCall>();
        var now = new MonoTime(0);
        for (var i = 0; i < FRAMES; i++) {
            now = now.plusNanos(random.nextInt(2_000_000));
            var frame = frame(samples, random);
            try {
                victim.receive(now, frame);
                victim.connection.onTime(now);
                if (random.nextInt(10) == 0) {
                    calls.add(call(victim, now, random));
                    answerOne(victim, random);
                    victim.connection.poll(now, new Outbox(4096, random.nextInt(5000)));
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", frame " + Arrays.toString(frame), e);
            }
            if (victim.connection.openRequests() > 100
                    || victim.connection.openCalls() > 100
                    || victim.connection.openStreams() > 16
                    || victim.connection.streamBytes() > 2 * 65_536) {
                throw new AssertionError("seed " + seed + ": a bound is broken");
            }
        }
        assertThat(victim.count(Observation.FRAME_UNDECODABLE)).isPositive();
        assertThat(victim.count(Observation.STREAM_REFUSED)).isPositive();
        assertThat(victim.count(Observation.DIRECT_SEND_RECEIVED)).isPositive();
        assertThat(victim.count(Observation.RESPONSE_IN_RECEIVED)).isPositive();
        victim.connection.onClosed("enough");
        for (var call : calls) {
            assertThat(call.endings).as("seed %d", seed).isEqualTo(1);
        }
        assertThat(victim.isReleased()).as("seed %d", seed).isTrue();
    }

    private static TestCall call(Endpoint victim, MonoTime now, Random random) {
        return victim.call(
                now,
                ProtocolId.NETBENCH_RPC,
                MessageClass.ofIndex(random.nextInt(MessageClass.COUNT)),
                Bytes.wrap(new byte[random.nextInt(5000)]),
                now.plus(Duration.ofMillis(random.nextInt(200))));
    }

    private static void answerOne(Endpoint victim, Random random) {
        if (!victim.requests.isEmpty()) {
            var request = victim.requests.remove(random.nextInt(victim.requests.size()));
            victim.respond(request.call(), request.payload());
        }
    }

    /** What an honest peer would send. */
    private List<byte[]> samples(EnumSet<Capability> capabilities, Random random) {
        var honest = Endpoint.of(settings, capabilities);
        var now = new MonoTime(0);
        for (var i = 0; i < 50; i++) {
            var messageClass = MessageClass.ofIndex(random.nextInt(MessageClass.COUNT));
            honest.send(
                    ProtocolId.of(random.nextInt(29)),
                    messageClass,
                    Bytes.wrap(new byte[random.nextInt(3000)]));
            call(honest, now, random);
            honest.receive(now, new byte[] {0, 1, 14, (byte) i, 0, 0, 0, 0, 1, 1});
            answerOne(honest, random);
            honest.receive(now, new byte[] {(byte) random.nextInt(256), 7});
        }
        var outbox = new Outbox(4096, Long.MAX_VALUE);
        honest.connection.poll(now, outbox);
        var frames = new ArrayList<>(outbox.takeAll().stream().map(Outbox.Frame::body).toList());
        for (var i = 0; i < 8; i++) {
            frames.add(new byte[] {1, 0, (byte) i, 0, 0, 0, (byte) i, 3, 13, 0, 1, 1});
            frames.add(new byte[] {1, 1, (byte) i, 0, 0, 0, 1, 1, 1});
            frames.add(new byte[] {120, 0, (byte) i, 0, 0, 0, (byte) i});
            frames.add(new byte[] {120, 1, (byte) i, 0, 0, 0});
            frames.add(new byte[] {0, 2, (byte) i, 0, 0, 0, 0, 1, 1});
        }
        return frames;
    }

    private static byte[] frame(List<byte[]> samples, Random random) {
        if (random.nextInt(10) == 0) {
            var noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            return noise;
        }
        var frame = samples.get(random.nextInt(samples.size())).clone();
        switch (random.nextInt(6)) {
            case 0 ->
                    frame[random.nextInt(Math.min(frame.length, 16))] ^=
                            (byte) (1 << random.nextInt(8));
            case 1 -> frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
            case 2 -> {
                return Arrays.copyOf(frame, random.nextInt(frame.length));
            }
            case 3 -> {
                return Arrays.copyOf(frame, frame.length + 1 + random.nextInt(8));
            }
            default -> {
                // Calls of the victim are open under rising numbers; meet some of them.
                if (frame.length > 6 && frame[0] == 0 && frame[1] == 2) {
                    frame[2] = (byte) random.nextInt(256);
                    frame[3] = (byte) random.nextInt(8);
                }
            }
        }
        return frame;
    }
}
