package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.domain.connectivity.DialLimiter;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.settings.ConnectivitySettings.Pacing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * How often a node dials and how many dials it has under way, all its networks together
 * (improvements.md I-07). The node keeps to the largest limits of its networks, each network to its
 * own besides. Where they contend the most important network goes first: the others leave half of
 * the burst to it. No network, and no application that dials, is shut out by the slow dials of
 * another: each has a few places for itself. Any thread.
 */
final class NodeDials {
    private final DialLimiter rate;
    private final int burst;
    private final int places;
    private final NetworkId first;
    private final Map<NetworkId, DialLimiter> ownRates = new TreeMap<>();
    private final List<Share> shares = new ArrayList<>();
    private int underWay;

    /**
     * @param networks how each network of the node is to be paced, at least one
     */
    NodeDials(Map<NetworkId, Pacing> networks) {
        this.burst = max(networks, Pacing::dialBurst);
        this.places = max(networks, Pacing::maxPending);
        this.rate = new DialLimiter(max(networks, Pacing::dialsPerSecond), burst);
        this.first = networks.keySet().stream().min(Comparator.naturalOrder()).orElseThrow();
        networks.forEach(
                (network, pacing) ->
                        ownRates.put(
                                network,
                                new DialLimiter(pacing.dialsPerSecond(), pacing.dialBurst())));
    }

    private static int max(Map<NetworkId, Pacing> networks, ToIntFunction<Pacing> limit) {
        return networks.values().stream().mapToInt(limit).max().orElseThrow();
    }

    /** How many dials are under way. */
    synchronized int underWay() {
        return underWay;
    }

    /**
     * What a network's own dials are asked of.
     *
     * @param wake called on any thread when there may be a place for one that had to wait for it
     */
    DialAllowance forNetwork(NetworkId network, Runnable wake) {
        return share(network, network == first ? places / 4 : places / 16, wake);
    }

    /** The same for dials that the application orders itself. */
    DialAllowance forApplication(NetworkId network, Runnable wake) {
        return share(network, places / 16, wake);
    }

    private synchronized Share share(NetworkId network, int kept, Runnable wake) {
        var own = ownRates.get(network);
        if (own == null) {
            throw new IllegalArgumentException(network + ": none of " + ownRates.keySet());
        }
        var share = new Share(own, network == first ? 0 : burst / 2, kept, wake);
        shares.add(share);
        return share;
    }

    private final class Share implements DialAllowance {
        private final DialLimiter own;
        private final int spared;
        private final int kept;
        private final Runnable wake;
        private int taken;
        private boolean waits;

        Share(DialLimiter own, int spared, int kept, Runnable wake) {
            this.own = own;
            this.spared = spared;
            this.kept = kept;
            this.wake = wake;
        }

        @Override
        public boolean take(MonoTime now) {
            synchronized (NodeDials.this) {
                if (now.isBefore(nextAt(now))) {
                    return false;
                }
                own.take(now);
                rate.take(now);
                taken++;
                underWay++;
                return true;
            }
        }

        @Override
        public MonoTime nextAt(MonoTime now) {
            synchronized (NodeDials.this) {
                waits = !hasPlace();
                if (waits) {
                    return MonoTime.NEVER;
                }
                var byOwn = own.nextAt(now);
                var byNode = rate.nextAt(now, spared);
                return byOwn.isBefore(byNode) ? byNode : byOwn;
            }
        }

        /** Whether a place is free that is not kept for somebody else. */
        private boolean hasPlace() {
            var free = (long) places - underWay;
            for (var other : shares) {
                if (other != this) {
                    free -= Math.max(0, other.kept - other.taken);
                }
            }
            return free > 0;
        }

        @Override
        public void ended() {
            var woken = new ArrayList<Runnable>();
            synchronized (NodeDials.this) {
                taken--;
                underWay--;
                for (var share : shares) {
                    if (share.waits) {
                        share.waits = false;
                        woken.add(share.wake);
                    }
                }
            }
            woken.forEach(Runnable::run);
        }
    }
}
