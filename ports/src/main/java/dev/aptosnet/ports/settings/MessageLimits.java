package dev.aptosnet.ports.settings;

import java.time.Duration;

/**
 * Sizes, counts and durations of messages and calls. Each names its configuration key.
 *
 * @param maxFrameBytes largest frame body read or written; {@code max_frame_size}
 * @param maxMessageBytes largest message payload, sent in pieces; {@code max_message_size}
 * @param minPieceBytes smallest piece a large message is cut into, and the size of all its pieces
 *     but the last towards peers that take any number of them; {@code streams.min_piece_bytes}
 * @param maxInboundStreams large messages received at once on one connection; {@code
 *     streams.max_concurrent_inbound}
 * @param streamProgressTimeout without a further piece before an unfinished one is dropped; {@code
 *     streams.progress_timeout_ms}
 * @param maxInboundRpcs requests of one peer being served; {@code max_concurrent_inbound_rpcs}
 * @param maxOutboundRpcs requests to one peer without answer; {@code max_concurrent_outbound_rpcs}
 * @param inboundRpcTimeout for serving one request; {@code inbound_rpc_timeout_ms}
 * @param queueMessages waiting to be sent on one connection in one class; {@code
 *     priorities.queue_messages}, else aptos-core's {@code network_channel_size}, which counts by
 *     protocol there
 * @param queueBytes waiting to be sent on one connection, in bytes; each class has a sixteenth of
 *     it for itself, the rest goes to who comes first; {@code priorities.queue_bytes}
 * @param inboundQueueMessages received and waiting for the handler of one peer and protocol; {@code
 *     inbound_queue_messages}
 * @param inboundBytes received from one peer and not yet handled, of which no protocol may hold
 *     more than is free; {@code budget.per_peer_bytes}
 * @param nodeBytes all queued and unhandled bytes of the node, of which no connection may hold more
 *     in either direction than is free, and at most three quarters are of large messages that have
 *     not arrived whole; {@code budget.total_bytes}
 */
public record MessageLimits(
        int maxFrameBytes,
        int maxMessageBytes,
        int minPieceBytes,
        int maxInboundStreams,
        Duration streamProgressTimeout,
        int maxInboundRpcs,
        int maxOutboundRpcs,
        Duration inboundRpcTimeout,
        int queueMessages,
        long queueBytes,
        int inboundQueueMessages,
        long inboundBytes,
        long nodeBytes) {
    /**
     * A piece of this many bytes, with the 4 bytes of its frame's length and the longest head that
     * a piece has, 21 bytes, fits one record of wire.md section 5: so it is decrypted into the
     * array in which it stays.
     */
    public static final int ONE_RECORD_PIECE_BYTES = 65_519 - 25;

    /** The defaults of wire.md section 10 and of our design; the node's budget is set by memory. */
    public static final MessageLimits DEFAULT =
            new MessageLimits(
                    4 << 20,
                    64 << 20,
                    ONE_RECORD_PIECE_BYTES,
                    16,
                    Duration.ofSeconds(30),
                    100,
                    100,
                    Duration.ofSeconds(10),
                    1024,
                    128L << 20,
                    1024,
                    128L << 20,
                    Math.max(256L << 20, Runtime.getRuntime().maxMemory() / 8));

    /** Refuses what cannot work. */
    public MessageLimits {
        require(maxFrameBytes >= 65, "max_frame_size", maxFrameBytes, ">= 65");
        require(maxMessageBytes >= 1, "max_message_size", maxMessageBytes, ">= 1");
        require(
                (maxFrameBytes - 64L) * 255 >= maxMessageBytes,
                "max_message_size",
                maxMessageBytes,
                "<= 255 x (max_frame_size - 64)");
        require(minPieceBytes >= 1024, "streams.min_piece_bytes", minPieceBytes, ">= 1024");
        require(
                maxInboundStreams >= 1,
                "streams.max_concurrent_inbound",
                maxInboundStreams,
                ">= 1");
        require(
                streamProgressTimeout.isPositive(),
                "streams.progress_timeout_ms",
                streamProgressTimeout,
                "> 0");
        require(maxInboundRpcs >= 1, "max_concurrent_inbound_rpcs", maxInboundRpcs, ">= 1");
        require(maxOutboundRpcs >= 1, "max_concurrent_outbound_rpcs", maxOutboundRpcs, ">= 1");
        require(inboundRpcTimeout.isPositive(), "inbound_rpc_timeout_ms", inboundRpcTimeout, "> 0");
        require(
                queueMessages >= 1 && queueMessages <= 1 << 20,
                "priorities.queue_messages",
                queueMessages,
                "1 to 1048576");
        require(
                queueBytes >= 1 && queueBytes <= 1L << 40,
                "priorities.queue_bytes",
                queueBytes,
                "1 to 2^40");
        require(inboundQueueMessages >= 1, "inbound_queue_messages", inboundQueueMessages, ">= 1");
        require(inboundBytes >= 1, "budget.per_peer_bytes", inboundBytes, ">= 1");
        require(nodeBytes >= 1, "budget.total_bytes", nodeBytes, ">= 1");
    }

    /** With every default. */
    public static Builder builder() {
        return DEFAULT.toBuilder();
    }

    /** Like these, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** Collects what differs from what it was made of. */
    public static final class Builder {
        private int maxFrameBytes;
        private int maxMessageBytes;
        private int minPieceBytes;
        private int maxInboundStreams;
        private Duration streamProgressTimeout;
        private int maxInboundRpcs;
        private int maxOutboundRpcs;
        private Duration inboundRpcTimeout;
        private int queueMessages;
        private long queueBytes;
        private int inboundQueueMessages;
        private long inboundBytes;
        private long nodeBytes;

        private Builder(MessageLimits from) {
            maxFrameBytes = from.maxFrameBytes;
            maxMessageBytes = from.maxMessageBytes;
            minPieceBytes = from.minPieceBytes;
            maxInboundStreams = from.maxInboundStreams;
            streamProgressTimeout = from.streamProgressTimeout;
            maxInboundRpcs = from.maxInboundRpcs;
            maxOutboundRpcs = from.maxOutboundRpcs;
            inboundRpcTimeout = from.inboundRpcTimeout;
            queueMessages = from.queueMessages;
            queueBytes = from.queueBytes;
            inboundQueueMessages = from.inboundQueueMessages;
            inboundBytes = from.inboundBytes;
            nodeBytes = from.nodeBytes;
        }

        /** Default 4 MiB. */
        public Builder maxFrameBytes(int value) {
            maxFrameBytes = value;
            return this;
        }

        /** Default 64 MiB. */
        public Builder maxMessageBytes(int value) {
            maxMessageBytes = value;
            return this;
        }

        /** Default {@link #ONE_RECORD_PIECE_BYTES}. */
        public Builder minPieceBytes(int value) {
            minPieceBytes = value;
            return this;
        }

        /** Default 16. */
        public Builder maxInboundStreams(int value) {
            maxInboundStreams = value;
            return this;
        }

        /** Default 30 s. */
        public Builder streamProgressTimeout(Duration value) {
            streamProgressTimeout = value;
            return this;
        }

        /** Default 100. */
        public Builder maxInboundRpcs(int value) {
            maxInboundRpcs = value;
            return this;
        }

        /** Default 100. */
        public Builder maxOutboundRpcs(int value) {
            maxOutboundRpcs = value;
            return this;
        }

        /** Default 10 s. */
        public Builder inboundRpcTimeout(Duration value) {
            inboundRpcTimeout = value;
            return this;
        }

        /** Default 1024. */
        public Builder queueMessages(int value) {
            queueMessages = value;
            return this;
        }

        /** Default 128 MiB. */
        public Builder queueBytes(long value) {
            queueBytes = value;
            return this;
        }

        /** Default 1024. */
        public Builder inboundQueueMessages(int value) {
            inboundQueueMessages = value;
            return this;
        }

        /** Default 128 MiB. */
        public Builder inboundBytes(long value) {
            inboundBytes = value;
            return this;
        }

        /** Default an eighth of what the JVM may use, at least 256 MiB. */
        public Builder nodeBytes(long value) {
            nodeBytes = value;
            return this;
        }

        /**
         * The limits.
         *
         * @throws IllegalArgumentException naming the first configuration key that is out of range
         */
        public MessageLimits build() {
            return new MessageLimits(
                    maxFrameBytes,
                    maxMessageBytes,
                    minPieceBytes,
                    maxInboundStreams,
                    streamProgressTimeout,
                    maxInboundRpcs,
                    maxOutboundRpcs,
                    inboundRpcTimeout,
                    queueMessages,
                    queueBytes,
                    inboundQueueMessages,
                    inboundBytes,
                    nodeBytes);
        }
    }
}
