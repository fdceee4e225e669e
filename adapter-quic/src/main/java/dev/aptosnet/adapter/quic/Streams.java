package dev.aptosnet.adapter.quic;

import org.jspecify.annotations.Nullable;

import tech.kwik.core.QuicStream;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The streams that the peer opens, from the first moment of a connection: kept until its link is
 * there, whose they are then. Their number is bounded by what we allow the peer to open.
 */
final class Streams implements Consumer<QuicStream> {
    private final List<QuicStream> early = new ArrayList<>();
    private @Nullable Consumer<QuicStream> taker;

    @Override
    public void accept(QuicStream stream) {
        Consumer<QuicStream> to;
        synchronized (this) {
            to = taker;
            if (to == null) {
                early.add(stream);
                return;
            }
        }
        to.accept(stream);
    }

    /** Hands over what came, and all that comes. */
    void giveTo(Consumer<QuicStream> link) {
        List<QuicStream> waiting;
        synchronized (this) {
            taker = link;
            waiting = List.copyOf(early);
            early.clear();
        }
        waiting.forEach(link);
    }
}
