package dev.aptosnet.benchmarks.sidebyside;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The reference's frames. A small one is handled where it lies in the buffer that was read; a large
 * one is gathered in an array of its length.
 *
 * <pre>
 * offset  bytes  what
 * 0       4      length of the payload
 * 4       1      kind: a question's index, ANSWER or SEND
 * 5       4      id of the call
 * 9       ...    payload
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // writes that fail close the channel, as is wanted
abstract class TlsFrames extends ByteToMessageDecoder {
    static final int ANSWER = 100;
    static final int SEND = 101;

    private static final int HEAD_BYTES = 9;
    private static final int LARGE_BYTES = 64 << 10;
    private static final int MAX_BYTES = 64 << 20;

    private byte @Nullable [] large;
    private int filled;
    private int largeKind;
    private int largeId;

    /** A frame arrived; the payload's buffer is the caller's. */
    abstract void frame(ChannelHandlerContext context, int kind, int id, ByteBuf payload);

    @Override
    protected final void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        while (true) {
            var array = large;
            if (array != null) {
                var n = Math.min(in.readableBytes(), array.length - filled);
                in.readBytes(array, filled, n);
                filled += n;
                if (filled < array.length) {
                    return;
                }
                large = null;
                frame(context, largeKind, largeId, Unpooled.wrappedBuffer(array));
            }
            if (in.readableBytes() < HEAD_BYTES) {
                return;
            }
            var start = in.readerIndex();
            var length = in.getInt(start);
            if (length < 0 || length > MAX_BYTES) {
                throw new IllegalStateException("a frame of " + length + " bytes");
            }
            var kind = in.getByte(start + 4);
            var id = in.getInt(start + 5);
            if (length > LARGE_BYTES) {
                in.skipBytes(HEAD_BYTES);
                large = new byte[length];
                filled = 0;
                largeKind = kind;
                largeId = id;
            } else if (in.readableBytes() < HEAD_BYTES + length) {
                return;
            } else {
                in.skipBytes(HEAD_BYTES);
                frame(context, kind, id, in.readSlice(length));
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        System.err.println("tls: " + cause);
        context.close();
    }

    /** Writes a frame without flushing it. On the channel's loop. */
    static void write(Channel channel, int kind, int id, byte[] payload) {
        if (payload.length > LARGE_BYTES) {
            var head = head(channel, HEAD_BYTES, kind, id, payload.length);
            channel.write(head, channel.voidPromise());
            channel.write(Unpooled.wrappedBuffer(payload), channel.voidPromise());
            return;
        }
        var frame = head(channel, HEAD_BYTES + payload.length, kind, id, payload.length);
        frame.writeBytes(payload);
        channel.write(frame, channel.voidPromise());
    }

    /** Writes a frame with a copy of the payload, without flushing it. */
    static void write(ChannelHandlerContext context, int kind, int id, ByteBuf payload) {
        var length = payload.readableBytes();
        var frame = head(context.channel(), HEAD_BYTES + length, kind, id, length);
        frame.writeBytes(payload);
        context.write(frame, context.voidPromise());
    }

    private static ByteBuf head(Channel channel, int capacity, int kind, int id, int length) {
        return channel.alloc().directBuffer(capacity).writeInt(length).writeByte(kind).writeInt(id);
    }
}
