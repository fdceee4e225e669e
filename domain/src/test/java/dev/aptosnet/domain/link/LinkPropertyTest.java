package dev.aptosnet.domain.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Two connections do anything that their owners may ask of them over a link that delays, stalls and
 * sometimes breaks. Replay one run with {@code -Dsim.seed=1234}.
 */
class LinkPropertyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int FRAME = 4096;
    private static final int MESSAGE = 16 * FRAME;

    private static final List<ProtocolId> SENDS =
            List.of(
                    ProtocolId.CONSENSUS_DIRECT_SEND_BCS,
                    ProtocolId.MEMPOOL_DIRECT_SEND,
                    ProtocolId.NETBENCH_DIRECT_SEND);
    private static final List<ProtocolId> CALLS =
            List.of(
                    ProtocolId.CONSENSUS_RPC_BCS,
                    ProtocolId.HEALTH_CHECKER_RPC,
                    ProtocolId.STORAGE_SERVICE_RPC);

    private final List<TestCall> calls = new ArrayList<>();

    /** What was sent and has to arrive in this order, by sender, protocol and class. */
    private final Map<String, List<Bytes>> sent = new TreeMap<>();

    private final Map<String, List<Bytes>> received = new TreeMap<>();

    static LongStream seeds() {
        var seed = Long.getLong("sim.seed");
        return seed == null ? LongStream.range(0, 200) : LongStream.of(seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everythingEndsOnceAndNothingIsLostOrTurnedRound(long seed) {
        var random = new Random(seed);
        var capabilities = EnumSet.noneOf(Capability.class);
        for (var capability : Capability.values()) {
            if (random.nextBoolean()) {
                capabilities.add(capability);
            }
        }
        var settings =
                ConnectionSettings.builder()
                        .maxFrameBytes(FRAME)
                        .maxMessageBytes(MESSAGE)
                        .minPieceBytes(1 << (4 + random.nextInt(7)))
                        .maxOutboundCalls(1 + random.nextInt(30))
                        .maxInboundCalls(1 + random.nextInt(30))
                        .inboundCallLimit(Duration.ofMillis(1 + random.nextInt(2000)))
                        .build();
        var a = Endpoint.of(settings, capabilities);
        var b = Endpoint.of(settings, capabilities);
        var link =
                new SimulatedLink(
                        a,
                        b,
                        1 + random.nextInt(10_000_000),
                        random.nextInt(200_000_000),
                        1 + random.nextInt(20_000),
                        random);
        var rulesOfA = new StreamRules(capabilities);
        var rulesOfB = new StreamRules(capabilities);
        link.onWritten = (from, frame) -> (from == a ? rulesOfA : rulesOfB).onWritten(frame.body());
        var breaks = random.nextInt(4) == 0;
        for (var endpoint : List.of(a, b)) {
            plan(endpoint, link, random);
        }
        if (breaks) {
            link.at(random.nextLong(20 * SECOND), link::reset);
        }
        while (link.step()) {
            check(a, seed);
            check(b, seed);
        }

        for (var call : calls) {
            assertThat(call.endings).as("seed %d: endings of a call", seed).isEqualTo(1);
            if (call.answer != null) {
                assertThat(call.answer).as("seed %d", seed).isEqualTo(call.request);
            }
            if (!breaks && call.failure != null) {
                assertThat(call.failure)
                        .as("seed %d", seed)
                        .isNotInstanceOf(CallFailure.Disconnected.class);
            }
        }
        for (var endpoint : List.of(a, b)) {
            assertThat(endpoint.isReleased()).as("seed %d: all released", seed).isTrue();
            assertThat(endpoint.connection.openCalls()).isZero();
            assertThat(endpoint.connection.openRequests()).isZero();
            assertThat(endpoint.connection.openStreams()).isZero();
            assertThat(endpoint.connection.streamBytes()).isZero();
            assertThat(endpoint.connection.openTransfers()).isZero();
            assertThat(endpoint.mistakes).as("seed %d: mistakes of an honest peer", seed).isEmpty();
        }
        assertThat(sent.keySet()).containsAll(received.keySet());
        sent.forEach(
                (key, messages) -> {
                    var arrived = received.getOrDefault(key, List.of());
                    var expected = breaks ? messages.subList(0, arrived.size()) : messages;
                    assertThat(arrived).as("seed %d: %s", seed, key).isEqualTo(expected);
                });
    }

    private void plan(Endpoint endpoint, SimulatedLink link, Random random) {
        var name = endpoint == link.a ? "a" : "b";
        var other = endpoint == link.a ? "b" : "a";
        endpoint.onDirectSend =
                message ->
                        received.computeIfAbsent(
                                        other
                                                + message.protocol()
                                                + MessageClass.ofIndex(message.payload().byteAt(0)),
                                        key -> new ArrayList<>())
                                .add(message.payload());
        endpoint.onRequest = (call, payload) -> serve(endpoint, link, random, call, payload);
        var operations = 1 + random.nextInt(200);
        for (var i = 0; i < operations; i++) {
            var messageClass = MessageClass.ofIndex(random.nextInt(MessageClass.COUNT));
            var payload = payload(messageClass, random);
            var time = random.nextLong(10 * SECOND);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    var protocol = SENDS.get(random.nextInt(SENDS.size()));
                    link.at(
                            time,
                            () -> {
                                if (payload.size() <= MESSAGE) {
                                    sent.computeIfAbsent(
                                                    name + protocol + messageClass,
                                                    key -> new ArrayList<>())
                                            .add(payload);
                                }
                                endpoint.send(protocol, messageClass, payload);
                            });
                }
                case 4, 5, 6, 7, 8 -> {
                    var protocol = CALLS.get(random.nextInt(CALLS.size()));
                    var timeout = random.nextLong(3 * SECOND);
                    var patience = random.nextInt(5) == 0 ? random.nextLong(SECOND) : -1;
                    link.at(
                            time,
                            () -> {
                                var call =
                                        endpoint.call(
                                                link.now(),
                                                protocol,
                                                messageClass,
                                                payload,
                                                link.now().plusNanos(timeout));
                                calls.add(call);
                                if (patience >= 0) {
                                    link.at(
                                            link.nanos() + patience,
                                            () -> endpoint.connection.cancel(call));
                                }
                            });
                }
                default -> {
                    var length = random.nextLong(2 * SECOND);
                    link.at(time, () -> link.stall(endpoint, link.nanos() + length));
                }
            }
        }
    }

    /** Echoes at once or later, refuses, forgets, or answers twice. */
    private static void serve(
            Endpoint endpoint, SimulatedLink link, Random random, InboundCall call, Bytes payload) {
        var later = link.nanos() + random.nextLong(SECOND);
        switch (random.nextInt(6)) {
            case 0, 1 -> endpoint.respond(call, payload);
            case 2, 3 -> link.at(later, () -> endpoint.respond(call, payload));
            case 4 ->
                    link.at(
                            later,
                            () -> endpoint.connection.refuse(call, RefusalCode.HANDLER_FAILED));
            default -> {} // its time will be over
        }
    }

    private static Bytes payload(MessageClass messageClass, Random random) {
        var size =
                switch (random.nextInt(10)) {
                    case 0 -> MESSAGE + random.nextInt(2);
                    case 1, 2, 3 -> 1 + random.nextInt(MESSAGE);
                    default -> 1 + random.nextInt(200);
                };
        var bytes = new byte[size];
        random.nextBytes(bytes);
        bytes[0] = (byte) messageClass.index();
        return Bytes.wrap(bytes);
    }

    private static void check(Endpoint endpoint, long seed) {
        Connection connection = endpoint.connection;
        var settings = endpoint.settings;
        // Plain comparisons: this runs after every step of every seed.
        if (connection.openCalls() > settings.maxOutboundCalls()
                || connection.openRequests() > settings.maxInboundCalls()
                || connection.openStreams() > settings.maxInboundStreams()
                || connection.streamBytes() > 2L * settings.maxMessageBytes()
                || endpoint.count(Observation.FRAME_UNDECODABLE) > 0) {
            throw new AssertionError("seed " + seed + ": a bound is broken");
        }
    }

    /** A receiver that knows what the peer was promised: streams at once, fragments, order. */
    private static final class StreamRules {
        private final boolean interleaved;
        private final boolean resets;
        private final int maxFragments;
        private final Map<Integer, Integer> left = new TreeMap<>();

        private StreamRules(Set<Capability> capabilities) {
            interleaved = capabilities.contains(Capability.INTERLEAVED_STREAMS);
            resets = capabilities.contains(Capability.STREAM_RESET);
            maxFragments = capabilities.contains(Capability.MANY_FRAGMENTS) ? 255 : 16;
        }

        private void onWritten(byte[] body) {
            var isHeader = (body[0] == 1 && body[1] == 0) || (body[0] == 120 && body[1] == 3);
            var isFragment = body[0] == 1 && body[1] == 1;
            var isReset = body[0] == 120 && body[1] == 1;
            if (!isHeader && !isFragment && !isReset) {
                return;
            }
            var id = (body[2] & 0xff) | (body[3] & 0xff) << 8 | (body[4] & 0xff) << 16;
            if (isHeader) {
                assertThat(body[6] & 0xff).isBetween(1, maxFragments);
                assertThat(left.put(id, body[6] & 0xff)).isNull();
                assertThat(left.size())
                        .isLessThanOrEqualTo(interleaved ? Connection.MAX_TRANSFERS + 3 : 1);
            } else if (isFragment) {
                assertThat(left).containsKey(id);
                var remaining = left.getOrDefault(id, 0) - 1;
                if (remaining == 0) {
                    left.remove(id);
                } else {
                    left.put(id, remaining);
                }
            } else {
                assertThat(resets).isTrue();
                assertThat(left.remove(id)).isNotNull();
            }
        }
    }

    /** The seeds are what they are said to be. */
    @Test
    void oneSeedGivesOneRun() {
        var traces = new TreeSet<String>();
        for (var i = 0; i < 2; i++) {
            var test = new LinkPropertyTest();
            test.everythingEndsOnceAndNothingIsLostOrTurnedRound(42);
            traces.add(
                    test.calls.stream().map(c -> c.failure + "/" + c.answer).toList().toString());
        }
        assertThat(traces).hasSize(1);
    }
}
