package dev.aptosnet.domain.connectivity;

import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the sources say, merged by their priority (behaviour.md section 12.2). The merge is made
 * afresh at every update, so that a role or an address that changed is never stale (its section
 * 20).
 */
final class DiscoveredPeers {
    private final PeerId self;
    private final EnumMap<SourceKind, NavigableMap<PeerId, PeerDescription>> views =
            new EnumMap<>(SourceKind.class);
    private NavigableMap<PeerId, PeerDescription> merged = new TreeMap<>();

    DiscoveredPeers(PeerId self) {
        this.self = self;
    }

    /**
     * Replaces all that {@code source} said before.
     *
     * @return the peers that must be dialed otherwise than before: new, gone, other keys or
     *     addresses
     */
    Set<PeerId> update(SourceKind source, Map<PeerId, PeerDescription> view) {
        var copy = new TreeMap<PeerId, PeerDescription>();
        view.forEach(
                (peer, said) -> {
                    if (!peer.equals(self) && !said.saysNothing()) {
                        copy.put(peer, said);
                    }
                });
        views.put(source, copy);
        var before = merged;
        merged = merge();
        return differences(before, merged);
    }

    private NavigableMap<PeerId, PeerDescription> merge() {
        var all = new TreeMap<PeerId, List<PeerDescription>>();
        for (var view : views.values()) {
            view.forEach(
                    (peer, said) -> all.computeIfAbsent(peer, _ -> new ArrayList<>(4)).add(said));
        }
        var result = new TreeMap<PeerId, PeerDescription>();
        all.forEach(
                (peer, said) -> result.put(peer, said.size() == 1 ? said.getFirst() : one(said)));
        return result;
    }

    /** The role is the one that the source of the highest priority gives. */
    private static PeerDescription one(List<PeerDescription> byPriority) {
        var addresses = new LinkedHashSet<NetworkAddress>();
        var keys = new TreeSet<PublicKey>();
        var pinned = false;
        for (var said : byPriority) {
            addresses.addAll(said.addresses());
            keys.addAll(said.keys());
            pinned |= said.pinned();
        }
        return new PeerDescription(
                List.copyOf(addresses), keys, byPriority.getFirst().role(), pinned);
    }

    private static Set<PeerId> differences(
            NavigableMap<PeerId, PeerDescription> before,
            NavigableMap<PeerId, PeerDescription> after) {
        var changed = new TreeSet<PeerId>();
        before.forEach(
                (peer, was) -> {
                    var is = after.get(peer);
                    if (is == null || !is.isReachedAs(was)) {
                        changed.add(peer);
                    }
                });
        after.keySet().stream().filter(peer -> !before.containsKey(peer)).forEach(changed::add);
        return changed;
    }

    @Nullable PeerDescription find(PeerId peer) {
        return merged.get(peer);
    }

    /** All known peers, by id. */
    Map<PeerId, PeerDescription> all() {
        return Collections.unmodifiableMap(merged);
    }

    /** What a source said last. */
    Map<PeerId, PeerDescription> view(SourceKind source) {
        return Collections.unmodifiableMap(views.getOrDefault(source, new TreeMap<>()));
    }

    /**
     * Every peer with a key.
     *
     * @param more what adds to that, and takes nothing away
     */
    TrustedSet trusted(Map<PeerId, PeerDescription> more) {
        var trusted = new TreeMap<PeerId, PeerDescription>();
        merged.forEach(
                (peer, said) -> {
                    var added = more.get(peer);
                    var both = added == null ? said : one(List.of(said, added));
                    if (!both.keys().isEmpty()) {
                        trusted.put(peer, both);
                    }
                });
        more.forEach(
                (peer, said) -> {
                    if (!said.keys().isEmpty()) {
                        trusted.putIfAbsent(peer, said);
                    }
                });
        return new TrustedSet(trusted);
    }
}
