package dev.aptosnet.benchmarks.datapath;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Frame bodies written and read as plainly as wire.md sections 1, 8 and 9 say it, with nothing of
 * the node's own code and a copy at every step: what the node's output is compared with.
 */
final class PlainCodec {
    private PlainCodec() {}

    /** {@code Message(DirectSendMsg)}. */
    static byte[] directSend(int protocol, int priority, byte[] raw) {
        return message(directSendMsg(protocol, priority, raw));
    }

    /** {@code Message(RpcRequest)}. */
    static byte[] request(int protocol, long requestId, int priority, byte[] raw) {
        return message(requestMsg(protocol, requestId, priority, raw));
    }

    /** {@code Message(RpcResponse)}. */
    static byte[] response(long requestId, int priority, byte[] raw) {
        return message(responseMsg(requestId, priority, raw));
    }

    /** {@code Message(Error(ParsingError))}. */
    static byte[] parsingError(int first, int second) {
        return message(joined(uleb(0), uleb(0), new byte[] {(byte) first, (byte) second}));
    }

    /** {@code Message(Error(NotSupported(RpcRequest)))}, or of a direct send. */
    static byte[] notSupported(boolean request, int protocol) {
        return message(joined(uleb(0), uleb(1), uleb(request ? 0 : 1), uleb(protocol)));
    }

    /** {@code Stream(Header)} around one of the messages below. */
    static byte[] streamHeader(long streamId, int fragments, byte[] networkMessage) {
        return joined(
                uleb(1), uleb(0), u32(streamId), new byte[] {(byte) fragments}, networkMessage);
    }

    /** {@code Stream(Fragment)}. */
    static byte[] streamFragment(long streamId, int fragmentId, byte[] raw) {
        return joined(uleb(1), uleb(1), u32(streamId), new byte[] {(byte) fragmentId}, bytes(raw));
    }

    static byte[] directSendMsg(int protocol, int priority, byte[] raw) {
        return joined(uleb(3), uleb(protocol), new byte[] {(byte) priority}, bytes(raw));
    }

    static byte[] requestMsg(int protocol, long requestId, int priority, byte[] raw) {
        return joined(
                uleb(1), uleb(protocol), u32(requestId), new byte[] {(byte) priority}, bytes(raw));
    }

    static byte[] responseMsg(long requestId, int priority, byte[] raw) {
        return joined(uleb(2), u32(requestId), new byte[] {(byte) priority}, bytes(raw));
    }

    private static byte[] message(byte[] networkMessage) {
        return joined(uleb(0), networkMessage);
    }

    private static byte[] bytes(byte[] raw) {
        return joined(uleb(raw.length), raw);
    }

    private static byte[] u32(long value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
    }

    private static byte[] uleb(long value) {
        var out = new ByteArrayOutputStream();
        var rest = value;
        while (rest >= 128) {
            out.write((int) (rest % 128 + 128));
            rest /= 128;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /**
     * A direct send that was read.
     *
     * @param raw a copy
     */
    @SuppressWarnings("ArrayRecordComponent") // as plain as can be
    record DirectSend(int protocol, int priority, byte[] raw) {}

    /**
     * Reads {@code Message(DirectSendMsg)}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static DirectSend readDirectSend(byte[] body) {
        var in = ByteBuffer.wrap(body);
        expect(readUleb(in) == 0 && readUleb(in) == 3, "a direct send");
        var protocol = (int) readUleb(in);
        var priority = in.get() & 0xff;
        var length = readUleb(in);
        expect(length == in.remaining(), "all bytes used");
        return new DirectSend(
                protocol, priority, Arrays.copyOfRange(body, in.position(), body.length));
    }

    private static long readUleb(ByteBuffer in) {
        long value = 0;
        for (var shift = 0; ; shift += 7) {
            var group = in.get() & 0xff;
            value |= (long) (group & 0x7f) << shift;
            if (group < 128) {
                return value;
            }
        }
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("expected: " + what);
        }
    }
}
