package dev.aptosnet.domain.stream;

import java.time.Duration;

/**
 * How much of large messages one connection may hold unfinished.
 *
 * @param maxFrameBytes F; {@code max_frame_size}
 * @param maxMessageBytes M; {@code max_message_size}. A stream is dropped beyond M + F, since a
 *     reference sender's message of M may come in pieces that end a little above
 * @param maxFragments the most fragments a stream may have: 1 to 255, or {@link Pieces#ANY_NUMBER},
 *     which the bytes bound
 * @param maxOpenStreams streams at once; 1 makes a new header replace an unfinished stream, as the
 *     reference receiver does; {@code max_open_streams}
 * @param maxHeldBytes bytes of all unfinished streams together; {@code max_stream_bytes}
 * @param idleTimeout without a piece, before a stream is dropped; {@code stream_timeout_ms}
 */
public record StreamLimits(
        int maxFrameBytes,
        int maxMessageBytes,
        int maxFragments,
        int maxOpenStreams,
        long maxHeldBytes,
        Duration idleTimeout) {
    /** Streams at once where both ends agreed to interleave them. */
    public static final int DEFAULT_OPEN_STREAMS = 16;

    /** The time without a piece after which a stream is dropped, unless configured. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** Refuses what cannot work. */
    public StreamLimits {
        check(maxFrameBytes > 0, "max_frame_size", maxFrameBytes, "> 0");
        check(maxMessageBytes > 0, "max_message_size", maxMessageBytes, "> 0");
        check(Pieces.isFragmentLimit(maxFragments), "max_fragments", maxFragments, "1 to 255");
        check(maxOpenStreams > 0, "max_open_streams", maxOpenStreams, "> 0");
        check(
                maxHeldBytes >= (long) maxMessageBytes + maxFrameBytes,
                "max_stream_bytes",
                maxHeldBytes,
                ">= max_message_size + max_frame_size");
        check(idleTimeout.isPositive(), "stream_timeout_ms", idleTimeout.toMillis(), "> 0");
    }

    /**
     * The defaults for a connection: what the reference receiver accepts, or more where agreed.
     *
     * @param interleaved whether both ends announced {@code INTERLEAVED_STREAMS}
     * @param manyFragments whether both ends announced {@code MANY_FRAGMENTS}
     */
    public static StreamLimits of(
            int maxFrameBytes, int maxMessageBytes, boolean interleaved, boolean manyFragments) {
        return new StreamLimits(
                maxFrameBytes,
                maxMessageBytes,
                manyFragments
                        ? Pieces.ANY_NUMBER
                        : Pieces.acceptedFragments(maxFrameBytes, maxMessageBytes),
                interleaved ? DEFAULT_OPEN_STREAMS : 1,
                Math.max(2L * maxMessageBytes, (long) maxMessageBytes + maxFrameBytes),
                DEFAULT_IDLE_TIMEOUT);
    }

    private static void check(boolean holds, String key, long value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: " + expected + ")");
        }
    }
}
