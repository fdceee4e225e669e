package dev.aptosnet.domain.queue;

import dev.aptosnet.ports.client.QueueStyle;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;

/**
 * One bounded queue for each key, and a rotation over the keys that have something: each gives one
 * and goes to the back, so that a busy key costs the others at most their turn (behaviour.md
 * sections 2.1.3 and 2.1.4). A key without messages takes no memory. Single owner; not thread-safe.
 *
 * @param <K> whose queue it is, such as a peer
 * @param <V> what waits
 */
public final class KeyedQueue<K, V> {
    private final QueueStyle style;
    private final int capacity;

    /** In the order of their turns; none of them is empty. */
    private final LinkedHashMap<K, ArrayDeque<V>> waiting = new LinkedHashMap<>();

    /**
     * A queue without messages.
     *
     * @param style what a full key does, and which of its messages is next
     * @param capacity how many messages of one key may wait; at least 1
     */
    public KeyedQueue(QueueStyle style, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: >= 1)");
        }
        this.style = style;
        this.capacity = capacity;
    }

    /**
     * Leaves a message; a key that had none goes to the back of the rotation.
     *
     * @return what had to go: {@code value} itself, an older message of the same key, or null
     */
    public @Nullable V push(K key, V value) {
        var queue = waiting.computeIfAbsent(key, _ -> new ArrayDeque<>(1));
        V gone = null;
        if (queue.size() == capacity) {
            if (style == QueueStyle.FIFO) {
                return value;
            }
            gone = queue.pollFirst();
        }
        queue.addLast(value);
        return gone;
    }

    /** Takes the next message of the key whose turn it is; null if nothing waits. */
    public @Nullable V poll() {
        var turn = waiting.firstEntry();
        if (turn == null) {
            return null;
        }
        var queue = turn.getValue();
        var value = style == QueueStyle.LIFO ? queue.pollLast() : queue.pollFirst();
        if (queue.isEmpty()) {
            waiting.remove(turn.getKey());
        } else {
            waiting.putLast(turn.getKey(), queue);
        }
        return value;
    }

    /** Takes the oldest message of a key, out of turn; null if it has none. */
    public @Nullable V evict(K key) {
        var queue = waiting.get(key);
        if (queue == null) {
            return null;
        }
        var oldest = queue.pollFirst();
        if (queue.isEmpty()) {
            waiting.remove(key);
        }
        return oldest;
    }

    /** Whether a full key gives up its oldest message for the one that arrives. */
    public boolean evicts() {
        return style != QueueStyle.FIFO;
    }

    /** How many keys take memory. */
    public int keys() {
        return waiting.size();
    }
}
