package dev.aptosnet.domain.connection;

import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.stream.StreamLimits;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.ClassWeights;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Limits of every connection of a node. Defaults are those of behaviour.md section 19.2 where it
 * has one. Made with {@link #builder}.
 *
 * @param maxFrameBytes {@code max_frame_size}: the largest frame body, bytes
 * @param maxMessageBytes {@code max_message_size}: the largest payload, bytes
 * @param minPieceBytes {@code min_piece_bytes}: no piece of a large message but the last is
 *     smaller, bytes; what is not larger goes in one frame
 * @param maxOutboundCalls {@code max_concurrent_outbound_rpcs}: calls without an answer
 * @param maxInboundCalls {@code max_concurrent_inbound_rpcs}: the peer's requests without an answer
 * @param inboundCallLimit {@code inbound_rpc_timeout_ms}: how long a request may stay unanswered
 * @param inboundCallLimits {@code inbound_rpc_timeouts}: the same for single protocols
 * @param queues {@code priorities}: bounds and weights, by {@link MessageClass#index}
 * @param criticalAllowanceBytes {@code priorities.critical_allowance}: how many bytes of the
 *     critical class go before all others while these wait
 * @param batchDelays {@code priorities.batch_delay_us}: how long messages may wait for company, by
 *     {@link MessageClass#index}, 0 to 5 ms; 0 for the critical class
 * @param maxInboundStreams {@code max_open_streams}: large messages of the peer's under way
 * @param streamProgressLimit {@code stream_timeout_ms}: how long one of them may stand still
 */
public record ConnectionSettings(
        int maxFrameBytes,
        int maxMessageBytes,
        int minPieceBytes,
        int maxOutboundCalls,
        int maxInboundCalls,
        Duration inboundCallLimit,
        Map<ProtocolId, Duration> inboundCallLimits,
        List<Queue> queues,
        int criticalAllowanceBytes,
        List<Duration> batchDelays,
        int maxInboundStreams,
        Duration streamProgressLimit) {
    /** What every node that announces {@code INTERLEAVED_STREAMS} accepts at once, at least. */
    public static final int MIN_INBOUND_STREAMS = 16;

    /** All defaults. */
    public static final ConnectionSettings DEFAULTS = builder().build();

    /**
     * Bounds of one class's queue, which whoever gives messages to the connection enforces as
     * {@link dev.aptosnet.domain.send.QueueBounds} says, and its share of the link.
     *
     * @param maxMessages {@code queue_messages}
     * @param maxBytes {@code queue_bytes}: of payload, all classes of a connection together
     * @param weight {@code weight}: bytes of this class for so many of others that wait as well
     */
    public record Queue(int maxMessages, long maxBytes, int weight) {
        /** Checks. */
        public Queue {
            expect(maxMessages > 0, "priorities.queue_messages", maxMessages, "> 0");
            expect(maxBytes > 0, "priorities.queue_bytes", maxBytes, "> 0");
            expect(weight > 0 && weight <= 1000, "priorities.weight", weight, "1 to 1000");
        }
    }

    /** Checks; a message names the configuration key, the value and what was expected. */
    public ConnectionSettings {
        var chunk = (long) maxFrameBytes - Pieces.HEAD_ROOM;
        expect(chunk > 0, "max_frame_size", maxFrameBytes, "> " + Pieces.HEAD_ROOM);
        expect(maxMessageBytes > 0, "max_message_size", maxMessageBytes, "> 0");
        expect(
                chunk * 255 >= maxMessageBytes,
                "max_message_size",
                maxMessageBytes,
                "at most 255 times (max_frame_size - " + Pieces.HEAD_ROOM + ")");
        expect(minPieceBytes > 0, "min_piece_bytes", minPieceBytes, "> 0");
        expect(maxOutboundCalls > 0, "max_concurrent_outbound_rpcs", maxOutboundCalls, "> 0");
        expect(maxInboundCalls > 0, "max_concurrent_inbound_rpcs", maxInboundCalls, "> 0");
        expectPositive("inbound_rpc_timeout_ms", inboundCallLimit);
        inboundCallLimits = Collections.unmodifiableMap(new TreeMap<>(inboundCallLimits));
        inboundCallLimits.values().forEach(t -> expectPositive("inbound_rpc_timeouts", t));
        queues = List.copyOf(queues);
        expect(
                queues.size() == MessageClass.COUNT,
                "priorities",
                queues.size(),
                "one for each class");
        for (var queue : queues) {
            expect(
                    queue.maxBytes >= maxMessageBytes,
                    "priorities.queue_bytes",
                    queue.maxBytes,
                    "at least max_message_size, " + maxMessageBytes);
        }
        expect(
                criticalAllowanceBytes > 0,
                "priorities.critical_allowance",
                criticalAllowanceBytes,
                "> 0");
        batchDelays = List.copyOf(batchDelays);
        for (var i = 0; i < MessageClass.COUNT; i++) {
            var most = i == MessageClass.CRITICAL.index() ? 0 : BatchDelays.MOST.toNanos() / 1000;
            var micros = batchDelays.get(i).toNanos() / 1000;
            expect(
                    micros >= 0 && micros <= most,
                    "priorities.batch_delay_us",
                    micros,
                    most == 0 ? "0 for critical" : "0 to " + most);
        }
        expect(
                maxInboundStreams >= MIN_INBOUND_STREAMS && maxInboundStreams <= 1024,
                "max_open_streams",
                maxInboundStreams,
                MIN_INBOUND_STREAMS + " to 1024");
        expectPositive("stream_timeout_ms", streamProgressLimit);
    }

    /** Bounds and weight of one class. */
    public Queue queue(MessageClass messageClass) {
        return queues.get(messageClass.index());
    }

    /** How payloads are cut towards a peer. */
    Pieces pieces(boolean manyFragments) {
        return Pieces.adaptive(maxFrameBytes, maxMessageBytes, minPieceBytes, manyFragments);
    }

    /** What of the peer's large messages is held. */
    StreamLimits streamLimits(boolean interleaved, boolean manyFragments) {
        var usual = StreamLimits.of(maxFrameBytes, maxMessageBytes, interleaved, manyFragments);
        return new StreamLimits(
                maxFrameBytes,
                maxMessageBytes,
                usual.maxFragments(),
                interleaved ? maxInboundStreams : 1,
                usual.maxHeldBytes(),
                streamProgressLimit);
    }

    long[] batchDelayNanos() {
        return batchDelays.stream().mapToLong(Duration::toNanos).toArray();
    }

    int[] weights() {
        return queues.stream().mapToInt(Queue::weight).toArray();
    }

    /** How long a request of this protocol may stay unanswered. */
    public Duration inboundCallLimit(ProtocolId protocol) {
        return inboundCallLimits.getOrDefault(protocol, inboundCallLimit);
    }

    /** With every default. */
    public static Builder builder() {
        return new Builder();
    }

    private static void expect(boolean holds, String key, long value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: " + expected + ")");
        }
    }

    private static void expectPositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }

    /** Collects what differs from the defaults. */
    public static final class Builder {
        private int maxFrameBytes = 4 << 20;
        private int maxMessageBytes = 64 << 20;
        private int minPieceBytes = 64 << 10;
        private int maxOutboundCalls = 100;
        private int maxInboundCalls = 100;
        private Duration inboundCallLimit = Duration.ofSeconds(10);
        private final Map<ProtocolId, Duration> inboundCallLimits = new TreeMap<>();
        private final Queue[] queues = {
            new Queue(1024, 64 << 20, ClassWeights.DEFAULT.critical()),
            new Queue(4096, 64 << 20, ClassWeights.DEFAULT.high()),
            new Queue(1024, 64 << 20, ClassWeights.DEFAULT.normal()),
            new Queue(1024, 64 << 20, ClassWeights.DEFAULT.low()),
        };
        private int criticalAllowanceBytes = 1 << 20;
        private final Duration[] batchDelays = {
            Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO
        };
        private int maxInboundStreams = MIN_INBOUND_STREAMS;
        private Duration streamProgressLimit = Duration.ofSeconds(30);

        private Builder() {}

        /** Default 4 MiB. */
        public Builder maxFrameBytes(int bytes) {
            maxFrameBytes = bytes;
            return this;
        }

        /** Default 64 MiB. */
        public Builder maxMessageBytes(int bytes) {
            maxMessageBytes = bytes;
            return this;
        }

        /** Default 64 KiB. */
        public Builder minPieceBytes(int bytes) {
            minPieceBytes = bytes;
            return this;
        }

        /** Default 100. */
        public Builder maxOutboundCalls(int calls) {
            maxOutboundCalls = calls;
            return this;
        }

        /** Default 100. */
        public Builder maxInboundCalls(int calls) {
            maxInboundCalls = calls;
            return this;
        }

        /** Default 10 s. */
        public Builder inboundCallLimit(Duration limit) {
            inboundCallLimit = limit;
            return this;
        }

        /** Default none. */
        public Builder inboundCallLimit(ProtocolId protocol, Duration limit) {
            inboundCallLimits.put(protocol, limit);
            return this;
        }

        /**
         * Default 1024 messages (4096 for HIGH), 64 MiB, and the weights of {@link
         * ClassWeights#DEFAULT}.
         */
        public Builder queue(MessageClass messageClass, Queue queue) {
            queues[messageClass.index()] = queue;
            return this;
        }

        /** Default 1 MiB. */
        public Builder criticalAllowanceBytes(int bytes) {
            criticalAllowanceBytes = bytes;
            return this;
        }

        /** Default none. */
        public Builder batchDelay(MessageClass messageClass, Duration delay) {
            batchDelays[messageClass.index()] = delay;
            return this;
        }

        /** Default 16. */
        public Builder maxInboundStreams(int streams) {
            maxInboundStreams = streams;
            return this;
        }

        /** Default 30 s. */
        public Builder streamProgressLimit(Duration limit) {
            streamProgressLimit = limit;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming the first configuration key that is out of range
         */
        public ConnectionSettings build() {
            return new ConnectionSettings(
                    maxFrameBytes,
                    maxMessageBytes,
                    minPieceBytes,
                    maxOutboundCalls,
                    maxInboundCalls,
                    inboundCallLimit,
                    inboundCallLimits,
                    List.of(queues),
                    criticalAllowanceBytes,
                    List.of(batchDelays),
                    maxInboundStreams,
                    streamProgressLimit);
        }
    }
}
