package dev.aptosnet.domain.link;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Keeps the frames that were written, and wants more until a number of bytes is unsent. */
public final class Outbox implements FrameSink {
    /** One frame body and where it was written. */
    @SuppressWarnings("ArrayRecordComponent") // tests flip bits in it
    public record Frame(Lane lane, byte[] body) {}

    private final int maxFrameBytes;
    private final long unsentLimit;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private long unsent;

    public Outbox(int maxFrameBytes, long unsentLimit) {
        this.maxFrameBytes = maxFrameBytes;
        this.unsentLimit = unsentLimit;
    }

    @Override
    public boolean isWritable(Lane lane) {
        return unsent < unsentLimit;
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var body = new byte[headLength + payload.size()];
        System.arraycopy(head, 0, body, 0, headLength);
        payload.copyTo(0, body, headLength, payload.size());
        if (body.length > maxFrameBytes) {
            throw new IllegalArgumentException("frame of " + body.length);
        }
        frames.add(new Frame(lane, body));
        unsent += body.length + 4;
    }

    public boolean isEmpty() {
        return frames.isEmpty();
    }

    public Frame peek() {
        return frames.getFirst();
    }

    public Frame take() {
        var frame = frames.removeFirst();
        unsent -= frame.body.length + 4;
        return frame;
    }

    public List<Frame> takeAll() {
        var all = new ArrayList<Frame>(frames);
        frames.clear();
        unsent = 0;
        return all;
    }
}
