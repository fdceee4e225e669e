package dev.aptosnet.domain.peer;

import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.PeerId;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one listener has not heard yet of peers that come and go: the latest event of each peer
 * (behaviour.md section 2.3). A slow listener finds the state of things, never a queue of what has
 * passed, and the events of one peer never displace those of another. Single owner; not
 * thread-safe.
 *
 * <p>What is taken fits what was taken before: for each peer an {@code Up}, any number of {@code
 * Replaced}, a {@code Down}, and so on, whatever was left out between. A peer that came and went
 * between two takings is not mentioned at all, so what waits is bounded by the connected peers and
 * those that the listener has as connected.
 */
public final class PeerNews {
    /** The latest of each peer, the peer that has waited longest first. */
    private final LinkedHashMap<PeerId, Event> waiting = new LinkedHashMap<>();

    /** Those that the listener has as connected. */
    private final Map<PeerId, PeerInfo> heard = new LinkedHashMap<>();

    /** What happened to a peer. */
    public sealed interface Event {
        /** It is connected. */
        record Up(PeerInfo peer) implements Event {}

        /** Its connection is another one now. */
        record Replaced(PeerInfo before, PeerInfo after) implements Event {}

        /** It is connected no longer. */
        record Down(PeerInfo peer, DisconnectReason reason) implements Event {}
    }

    /**
     * Notes an event, in place of the one that waits for the same peer if there is one.
     *
     * @return whether one more is to be taken now
     */
    public boolean put(Event event) {
        var peer = peerOf(event);
        if (event instanceof Event.Down && !heard.containsKey(peer)) {
            waiting.remove(peer); // The listener never learns that it was there.
            return false;
        }
        return waiting.put(peer, event) == null;
    }

    /** Takes what waits for the peer that has waited longest. */
    public Optional<Event> take() {
        var first = waiting.pollFirstEntry();
        if (first == null) {
            return Optional.empty();
        }
        var peer = first.getKey();
        return Optional.of(
                switch (first.getValue()) {
                    case Event.Up(var info) -> connected(peer, info);
                    case Event.Replaced(_, var info) -> connected(peer, info);
                    case Event.Down down -> {
                        heard.remove(peer);
                        yield down;
                    }
                });
    }

    private Event connected(PeerId peer, PeerInfo info) {
        var before = heard.put(peer, info);
        return before == null ? new Event.Up(info) : new Event.Replaced(before, info);
    }

    private static PeerId peerOf(Event event) {
        return switch (event) {
            case Event.Up(var info) -> info.peer();
            case Event.Replaced(_, var info) -> info.peer();
            case Event.Down(var info, _) -> info.peer();
        };
    }
}
