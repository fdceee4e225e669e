package dev.aptosnet.node.budget;

import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.stream.StreamShares;
import dev.aptosnet.ports.model.PeerId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The memory for unfinished large messages of all peers of a node: three quarters of {@code
 * budget.total_bytes}, so that whatever peers begin and never end, messages can still be queued.
 * Any thread; the lock is held for as long as it takes to count one piece, and pieces of a record
 * or more are few.
 */
public final class StreamBudget {
    private final long limit;

    /** Also the lock. */
    private final StreamShares shares;

    private final Map<PeerId, Holding> holdings = new HashMap<>();

    StreamBudget(long nodeBytes, StreamShares.NodeMemory node) {
        this.limit = nodeBytes / 4 * 3;
        this.shares = new StreamShares(limit, node);
    }

    /**
     * What one more connection takes of it. Connections to one peer, be they of several networks,
     * have one share.
     *
     * @param onOwed called by any thread when it has to give some back; returns at once
     */
    public StreamMemory join(PeerId peer, Runnable onOwed) {
        return new OfConnection(peer, onOwed);
    }

    public long used() {
        synchronized (shares) {
            return shares.used();
        }
    }

    public long limit() {
        return limit;
    }

    /** What one peer holds on all its connections; there is none while that is nothing. */
    private final class Holding {
        final StreamShares.Share share = shares.join(this::owes);

        /** Those that hold something. */
        final List<OfConnection> connections = new ArrayList<>(1);

        private void owes() {
            connections.forEach(each -> each.onOwed.run());
        }
    }

    private final class OfConnection implements StreamMemory {
        private final PeerId peer;
        private final Runnable onOwed;
        private long held;

        private OfConnection(PeerId peer, Runnable onOwed) {
            this.peer = peer;
            this.onOwed = onOwed;
        }

        @Override
        public boolean take(int bytes) {
            if (bytes == 0) {
                return true;
            }
            synchronized (shares) {
                var holding = holdings.get(peer);
                if (holding == null) {
                    holding = new Holding();
                }
                if (!holding.share.take(bytes)) {
                    return false;
                }
                if (held == 0) {
                    holding.connections.add(this);
                    holdings.put(peer, holding);
                }
                held += bytes;
                return true;
            }
        }

        @Override
        public void giveBack(long bytes) {
            if (bytes == 0) {
                return;
            }
            synchronized (shares) {
                var holding = Objects.requireNonNull(holdings.get(peer));
                holding.share.giveBack(bytes);
                held -= bytes;
                if (held == 0) {
                    holding.connections.remove(this);
                    if (holding.connections.isEmpty()) {
                        holdings.remove(peer);
                    }
                }
            }
        }

        @Override
        public boolean isOwing() {
            synchronized (shares) {
                var holding = held == 0 ? null : holdings.get(peer);
                return holding != null && holding.share.isOwing();
            }
        }
    }
}
