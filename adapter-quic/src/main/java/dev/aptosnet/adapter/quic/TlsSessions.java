package dev.aptosnet.adapter.quic;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Counts the TLS sessions that a listener's library keeps: one for each handshake that was
 * completed, by whomever, for {@link #LIFE}, and with no bound or switch of its own. When there are
 * as many as may be, nobody new is let in until the oldest are gone; links go on, and peers connect
 * over TCP meanwhile. Single owner.
 */
final class TlsSessions {
    /** How long the library keeps one, and a margin for its own clearing once a minute. */
    static final Duration LIFE = Duration.ofHours(24).plusMinutes(2);

    /** How many there may be; some tens of MiB. */
    static final int MAX = 65_536;

    /** They are counted by so long spans, of which there are a hundred. */
    private static final Duration SPAN = Duration.ofMinutes(15);

    private final int max;
    private final Deque<Span> spans = new ArrayDeque<>();
    private int total;

    /** A span of time; counts until the last of its sessions is gone. */
    private static final class Span {
        private final long begun;
        private int count;

        private Span(long begun) {
            this.begun = begun;
        }
    }

    TlsSessions(int max) {
        this.max = max;
    }

    /** One more handshake is complete. */
    void add(long nanos) {
        var last = spans.peekLast();
        if (last == null || nanos - last.begun >= SPAN.toNanos()) {
            last = new Span(nanos);
            spans.add(last);
        }
        last.count++;
        total++;
    }

    /** Whether there are as many as may be. */
    boolean isFull(long nanos) {
        for (var first = spans.peekFirst();
                first != null && nanos - first.begun >= LIFE.plus(SPAN).toNanos();
                first = spans.peekFirst()) {
            total -= first.count;
            spans.removeFirst();
        }
        return total >= max;
    }
}
