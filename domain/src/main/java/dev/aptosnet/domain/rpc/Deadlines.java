package dev.aptosnet.domain.rpc;

import dev.aptosnet.ports.model.MonoTime;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Messages by their deadlines: a binary heap in an array that grows with use, in which each message
 * knows its place. Adding costs nothing while deadlines rise, which they mostly do.
 */
final class Deadlines<T extends TimedMessage> {
    private @Nullable TimedMessage[] heap = new TimedMessage[4];
    private int size;

    int size() {
        return size;
    }

    MonoTime earliest() {
        var first = heap[0];
        return first == null ? MonoTime.NEVER : first.deadline();
    }

    /** The message with the earliest deadline; null if there is none. */
    @SuppressWarnings("unchecked") // only add() puts something in, and only a T
    @Nullable T first() {
        return (T) heap[0];
    }

    void add(T message) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        rise(message, size++);
    }

    void remove(T message) {
        var index = message.heapIndex;
        message.heapIndex = TimedMessage.NOWHERE;
        var moved = heap[--size];
        heap[size] = null;
        if (moved != null && index < size) {
            rise(moved, sink(moved, index));
        }
    }

    /** Puts a message at a free place or above. */
    private void rise(TimedMessage message, int free) {
        var index = free;
        while (index > 0) {
            var parent = heap[(index - 1) / 2];
            if (parent == null || !message.deadline().isBefore(parent.deadline())) {
                break;
            }
            place(parent, index);
            index = (index - 1) / 2;
        }
        place(message, index);
    }

    /** Moves earlier messages up until {@code message} fits the free place, which it returns. */
    private int sink(TimedMessage message, int free) {
        var index = free;
        while (true) {
            var child = 2 * index + 1;
            if (child >= size) {
                return index;
            }
            var left = heap[child];
            var right = child + 1 < size ? heap[child + 1] : null;
            if (left != null && right != null && right.deadline().isBefore(left.deadline())) {
                left = right;
            }
            if (left == null || !left.deadline().isBefore(message.deadline())) {
                return index;
            }
            var from = left.heapIndex;
            place(left, index);
            index = from;
        }
    }

    private void place(TimedMessage message, int index) {
        heap[index] = message;
        message.heapIndex = index;
    }
}
