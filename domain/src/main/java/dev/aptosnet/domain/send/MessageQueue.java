package dev.aptosnet.domain.send;

import org.jspecify.annotations.Nullable;

/** First in, first out, linked through the messages themselves. */
final class MessageQueue {
    private @Nullable OutboundMessage first;
    private @Nullable OutboundMessage last;

    boolean isEmpty() {
        return first == null;
    }

    @Nullable OutboundMessage peek() {
        return first;
    }

    void add(OutboundMessage message) {
        message.linkTo(null);
        message.previous = last;
        if (last == null) {
            first = message;
        } else {
            last.linkTo(message);
        }
        last = message;
    }

    @Nullable OutboundMessage poll() {
        var message = first;
        if (message != null) {
            remove(message);
        }
        return message;
    }

    /** Takes out a message that is known to be in this queue. */
    void remove(OutboundMessage message) {
        var before = message.previous;
        var after = message.next();
        if (before == null) {
            first = after;
        } else {
            before.linkTo(after);
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        message.linkTo(null);
        message.previous = null;
    }

    /** Puts all of {@code older} before what is here, and leaves it empty. */
    void prepend(MessageQueue older) {
        var end = older.last;
        if (end == null) {
            return;
        }
        var head = first;
        if (head == null) {
            last = end;
        } else {
            end.linkTo(head);
            head.previous = end;
        }
        first = older.first;
        older.first = null;
        older.last = null;
    }
}
