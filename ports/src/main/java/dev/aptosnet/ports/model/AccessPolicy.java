package dev.aptosnet.ports.model;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * With whom a node has anything to do at all (behaviour.md section 3.4); {@code
 * access_control_policy}. Fixed at the start: it is asked for every new connection and before every
 * dial, and live connections are never looked at again.
 */
public sealed interface AccessPolicy {
    /** Everybody is let in. */
    AccessPolicy NONE = new BlockList(Collections.emptySortedSet());

    /** Whether a peer may be connected. */
    boolean allows(PeerId peer);

    /** Only the peers listed. */
    static AccessPolicy allowOnly(Collection<PeerId> peers) {
        return new AllowList(new TreeSet<>(peers));
    }

    /** All but the peers listed. */
    static AccessPolicy block(Collection<PeerId> peers) {
        return new BlockList(new TreeSet<>(peers));
    }

    /** Only the peers listed; nobody if there are none. */
    record AllowList(SortedSet<PeerId> peers) implements AccessPolicy {
        /** Copies the set. */
        public AllowList {
            peers = Collections.unmodifiableSortedSet(new TreeSet<>(peers));
        }

        @Override
        public boolean allows(PeerId peer) {
            return peers.contains(peer);
        }

        /** The configuration key, and how many are listed. */
        @Override
        public String toString() {
            return "access_control_policy.allow_list: " + peers.size() + " peers";
        }
    }

    /** All but the peers listed. */
    record BlockList(SortedSet<PeerId> peers) implements AccessPolicy {
        /** Copies the set. */
        public BlockList {
            peers = Collections.unmodifiableSortedSet(new TreeSet<>(peers));
        }

        @Override
        public boolean allows(PeerId peer) {
            return !peers.contains(peer);
        }

        /** The configuration key, and how many are listed. */
        @Override
        public String toString() {
            return "access_control_policy.block_list: " + peers.size() + " peers";
        }
    }
}
