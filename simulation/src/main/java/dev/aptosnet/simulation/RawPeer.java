package dev.aptosnet.simulation;

import dev.aptosnet.domain.stream.Pieces;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import java.util.ArrayDeque;

/** Writes stream frames as it is told, right or wrong, and reads nothing. */
final class RawPeer implements LinkHandler {
    private static final Lane LANE = Lane.of(MessageClass.LOW);

    private final VirtualLink link;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();

    private record Frame(Bytes head, Bytes payload) {}

    RawPeer(VirtualLink link) {
        this.link = link;
        link.start(this);
    }

    /** Begins a large direct send. */
    void header(int stream, int fragments, ProtocolId protocol, Bytes piece) {
        var head = new byte[FrameHead.SCRATCH_BYTES];
        var length =
                FrameHead.streamHeaderDirectSend(
                        head, stream, fragments, protocol.number(), 0, piece.size());
        add(head, length, piece);
    }

    /** Goes on with it. */
    void fragment(int stream, int number, Bytes piece) {
        var head = new byte[FrameHead.SCRATCH_BYTES];
        add(head, FrameHead.streamFragment(head, stream, number, piece.size()), piece);
    }

    /** A large direct send as the reference sender cuts it. */
    void message(int stream, ProtocolId protocol, Bytes payload) {
        var pieces = Pieces.legacy(LinkWorld.MAX_FRAME_BYTES, payload.size());
        var most = pieces.pieceBytes(payload.size());
        var fragments = pieces.numFragments(payload.size());
        header(stream, fragments, protocol, payload.slice(0, most));
        for (var i = 1; i <= fragments; i++) {
            var end = Math.min(payload.size(), (i + 1) * most);
            fragment(stream, i, payload.slice(i * most, end));
        }
    }

    private void add(byte[] head, int length, Bytes payload) {
        frames.add(new Frame(Bytes.wrap(head, 0, length), payload));
        link.wake();
    }

    @Override
    public void onWake(FrameSink out) {
        while (!frames.isEmpty() && out.isWritable(LANE)) {
            var frame = frames.remove();
            out.write(LANE, frame.head.toByteArray(), frame.head.size(), frame.payload);
        }
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {}

    @Override
    public void onClosed(LinkClosed how) {}
}
