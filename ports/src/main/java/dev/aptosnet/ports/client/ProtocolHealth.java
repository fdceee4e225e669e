package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * How one protocol fares on the connection to one peer (improvements.md I-06 and I-19). Figures are
 * read one by one while the connection goes on, so they may be one message apart.
 *
 * @param protocol which
 * @param calls how many of ours have ended
 * @param timedOut how many of these were not answered in time
 * @param refused how many of these the peer refused
 * @param disconnected how many of these ended with their connection
 * @param successRate 0 to 1, of the last 100 calls or those of the last five minutes, whichever are
 *     fewer; not a number if there are none
 * @param latency smoothed, from call to answer; a call that was given up before its caller would
 *     have counts with the time that it was waited for; null before the first
 * @param p99 what 99 of the last 100 answers took at most, to about six percent; null before the
 *     first
 * @param sinceIn how long ago the last message from the peer came; null if none has
 * @param sinceOut how long ago the last message to the peer left; null if none has
 * @param bytesPerSecondIn of payload from the peer, averaged over about 15 seconds
 * @param bytesPerSecondOut of payload to the peer, averaged likewise
 * @param droppedIn messages from the peer for which there was no room here
 * @param droppedOut messages to the peer for which there was no room here
 * @param breaker whether calls are made
 */
public record ProtocolHealth(
        ProtocolId protocol,
        long calls,
        long timedOut,
        long refused,
        long disconnected,
        double successRate,
        @Nullable Duration latency,
        @Nullable Duration p99,
        @Nullable Duration sinceIn,
        @Nullable Duration sinceOut,
        double bytesPerSecondIn,
        double bytesPerSecondOut,
        long droppedIn,
        long droppedOut,
        BreakerState breaker) {
    /** How many calls failed. */
    public long failures() {
        return timedOut + refused + disconnected;
    }
}
