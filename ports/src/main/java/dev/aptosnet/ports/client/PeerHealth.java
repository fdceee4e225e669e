package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.PeerId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/**
 * How a connected peer is doing (improvements.md I-19; docs/peer-health.md).
 *
 * @param peer who
 * @param score 0 to 100; 50 for a peer that nothing is known of
 * @param condition in one word
 * @param roundTrip of pings; null before the first answer
 * @param sinceHeard how long ago it was last heard of; null if never
 * @param connectedFor how long
 * @param disconnects how often it was lost in the last hour, before this connection
 * @param bytesPerSecondIn of payload from the peer, all protocols, averaged over about 15 seconds
 * @param bytesPerSecondOut of payload to the peer, likewise
 * @param protocols one for each protocol that was used, up to a bound
 */
public record PeerHealth(
        PeerId peer,
        double score,
        Condition condition,
        @Nullable RoundTrip roundTrip,
        @Nullable Duration sinceHeard,
        Duration connectedFor,
        int disconnects,
        double bytesPerSecondIn,
        double bytesPerSecondOut,
        List<ProtocolHealth> protocols) {
    /** Copies the list. */
    public PeerHealth {
        protocols = List.copyOf(protocols);
    }

    /** What is wrong with a peer, if anything. */
    public enum Condition {
        /** Nothing that we see. */
        HEALTHY,
        /**
         * It is alive, but at least half of the last calls of some protocol failed. It stays
         * connected.
         */
        DEGRADED,
        /** It does not answer pings. */
        SUSPECTED
    }
}
