package dev.aptosnet.domain.send;

import dev.aptosnet.ports.transport.FrameSink;

/** Writes what {@link SendScheduler} has chosen. */
public interface FrameWriter {
    /** Writes a message in one frame. */
    void writeWhole(OutboundMessage message, FrameSink out);

    /** Writes the piece of a large message that is due. */
    void writePiece(OutboundStream transfer, FrameSink out);

    /** The last byte of a message was written; its payload is still there during this call. */
    void onLeft(OutboundMessage message, FrameSink out);
}
