package dev.aptosnet.domain.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory for unfinished large messages of all connections of a node, in fair shares
 * (improvements.md I-03). While there is enough, a connection takes what its own limits allow. When
 * there is not, one that would hold more than an equal part of it is refused; one that would not
 * gets what it asks for, and those that hold the most beyond that part owe it: they drop streams
 * until they have given it back. So nobody who hoards can make a message fail that fits an equal
 * part.
 *
 * <p>What is owed is held by two until it is given back, which takes as long as the owners of those
 * that owe need to notice. It never exceeds the limit, so that all connections together hold at
 * most twice the limit for that time; when as much is owed, everybody is refused what is not free.
 *
 * <p>Each step takes time in the order of the logarithm of the connections that hold something, and
 * allocates nothing. Single owner: where connections have several, all calls need one lock.
 */
public final class StreamShares {
    private final long limit;
    private final NodeMemory node;

    /** Those that hold something, by {@link Share#claim}: none has more than the one at half. */
    private final List<Share> heap = new ArrayList<>();

    private long used;
    private long owed;

    /** What the node has for these and all other purposes; {@code budget.total_bytes}. */
    public interface NodeMemory {
        /**
         * Takes memory, or nothing.
         *
         * @param owed how much of what is taken will come back soon, and counts as free
         * @return whether there was enough
         */
        boolean take(long bytes, long owed);

        /** Gives back what was taken. */
        void giveBack(long bytes);
    }

    /**
     * For one node.
     *
     * @param limit how many bytes all connections may hold
     * @param node where they are taken from
     */
    public StreamShares(long limit, NodeMemory node) {
        this.limit = limit;
        this.node = node;
    }

    /**
     * The share of one more connection, which is forgotten once it holds nothing.
     *
     * @param onOwed called, out of another connection's {@code take}, when it begins to owe
     */
    public Share join(Runnable onOwed) {
        return new Share(onOwed);
    }

    /** Bytes that all connections hold. */
    public long used() {
        return used;
    }

    /** How many connections hold something. */
    public int holders() {
        return heap.size();
    }

    /** What one connection holds. */
    public final class Share implements StreamMemory {
        private final Runnable onOwed;
        private long held;
        private long owes;

        /** Place in the heap; -1 while nothing is held. */
        private int place = -1;

        private Share(Runnable onOwed) {
            this.onOwed = onOwed;
        }

        @Override
        public boolean take(int bytes) {
            if (owes > 0) {
                return false;
            }
            var isFree = used + bytes <= limit && node.take(bytes, 0);
            if (!isFree && !takeFair(this, bytes)) {
                return false;
            }
            used += bytes;
            held += bytes;
            if (place < 0 && held > 0) {
                add(this);
            } else if (place >= 0) {
                up(this);
            }
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            var paid = Math.min(owes, bytes);
            owes -= paid;
            owed -= paid;
            held -= bytes;
            used -= bytes;
            node.giveBack(bytes);
            if (place >= 0) {
                down(this);
                if (held == 0) {
                    remove(this);
                }
            }
        }

        @Override
        public boolean isOwing() {
            return owes > 0;
        }

        /** Bytes that are held, those that are owed too. */
        public long held() {
            return held;
        }

        /** What it will hold when it owes nothing. */
        private long claim() {
            return held - owes;
        }
    }

    /** Takes from the node what others will have to give back, if this is no more than fair. */
    private boolean takeFair(Share share, int bytes) {
        var fair = limit / (share.place < 0 ? heap.size() + 1 : heap.size());
        if (share.held + bytes > fair) {
            return false;
        }
        while (used + bytes - owed > limit || !node.take(bytes, owed)) {
            if (heap.isEmpty() || heap.getFirst().claim() <= fair || owed >= limit) {
                return false;
            }
            var largest = heap.getFirst();
            var excess = Math.min(largest.claim() - fair, limit - owed);
            largest.owes += excess;
            owed += excess;
            down(largest);
            largest.onOwed.run();
        }
        return true;
    }

    private void add(Share share) {
        share.place = heap.size();
        heap.add(share);
        up(share);
    }

    private void remove(Share share) {
        var last = heap.removeLast();
        var place = share.place;
        share.place = -1;
        if (place < heap.size()) {
            put(last, place);
            up(last);
            down(last);
        }
    }

    private void up(Share share) {
        while (share.place > 0) {
            var parent = heap.get((share.place - 1) / 2);
            if (parent.claim() >= share.claim()) {
                return;
            }
            swap(parent, share);
        }
    }

    private void down(Share share) {
        for (var left = 2 * share.place + 1; left < heap.size(); left = 2 * share.place + 1) {
            var child = heap.get(left);
            if (left + 1 < heap.size() && heap.get(left + 1).claim() > child.claim()) {
                child = heap.get(left + 1);
            }
            if (child.claim() <= share.claim()) {
                return;
            }
            swap(share, child);
        }
    }

    private void swap(Share upper, Share lower) {
        var place = upper.place;
        put(upper, lower.place);
        put(lower, place);
    }

    private void put(Share share, int place) {
        heap.set(place, share);
        share.place = place;
    }
}
