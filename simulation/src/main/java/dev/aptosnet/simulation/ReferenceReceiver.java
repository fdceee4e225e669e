package dev.aptosnet.simulation;

import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A node that knows nothing of our improvements and receives direct sends as behaviour.md section
 * 9.4 says: one stream at a time, at most 16 fragments, each the next; a header discards the
 * unfinished stream before it. It shares no code with our own receiver but the reading of frames.
 */
final class ReferenceReceiver implements LinkHandler {
    private static final int MAX_FRAGMENTS =
            Pieces.acceptedFragments(LinkWorld.MAX_FRAME_BYTES, PriorityFigures.LARGE);

    private final FrameView view =
            new FrameView(ProtocolSet.of(ProtocolId.aptosNet(), Set.of()), Set.of());
    private final List<Bytes> messages = new ArrayList<>();
    private final TreeSet<Integer> begun = new TreeSet<>();
    private final List<Bytes> pieces = new ArrayList<>();
    private int stream = -1;
    private int fragments;
    private int last;
    private int mostBegun;
    private int refused;

    ReferenceReceiver(VirtualLink link) {
        link.start(this);
    }

    /** What arrived whole, in its order. */
    List<Bytes> messages() {
        return messages;
    }

    /** How many streams the sender had begun and not ended, at most. */
    int mostOpen() {
        return mostBegun;
    }

    /** Frames that were refused, and streams that were discarded. */
    int refused() {
        return refused;
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        if (view.read(head, offset, length, rest) != null) {
            refused++;
            return;
        }
        switch (view.kind()) {
            case DIRECT_SEND -> messages.add(view.payload());
            case STREAM_HEADER -> header();
            case STREAM_FRAGMENT -> fragment();
            default -> refused++;
        }
    }

    private void header() {
        begun.add(view.streamId());
        mostBegun = Math.max(mostBegun, begun.size());
        if (view.numFragments() < 1 || view.numFragments() > MAX_FRAGMENTS) {
            refused++;
            return;
        }
        refused += pieces.isEmpty() ? 0 : 1;
        pieces.clear();
        pieces.add(view.payload());
        stream = view.streamId();
        fragments = view.numFragments();
        last = 0;
    }

    private void fragment() {
        if (pieces.isEmpty() || view.streamId() != stream || view.fragmentId() != last + 1) {
            refused++;
            return;
        }
        last++;
        pieces.add(view.payload());
        if (last == fragments) {
            messages.add(Bytes.concat(pieces));
            pieces.clear();
            begun.remove(stream);
        }
    }

    @Override
    public void onWake(FrameSink out) {}

    @Override
    public void onClosed(LinkClosed how) {}
}
