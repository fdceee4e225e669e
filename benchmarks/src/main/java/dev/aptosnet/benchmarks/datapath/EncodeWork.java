package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.domain.wire.FrameHead;

import java.util.Arrays;
import java.util.SplittableRandom;

/** I-05: what the node writes, beside what a plain encoder writes. */
final class EncodeWork {
    private static final int VALUES = 10_000;
    private static final int LARGEST = 70_000;
    private static final int PROTOCOLS = 248;

    private EncodeWork() {}

    static void run(Report<Side> report, long seed) {
        var different = differences(seed, VALUES);
        report.row("encode", "10,000 random values: unlike the plain encoder", "values")
                .put(Side.OURS, different)
                .goal("= 0", different == 0);
    }

    /** How many of so many random frames are not what the plain encoder writes. */
    static int differences(long seed, int values) {
        var random = new SplittableRandom(seed);
        var different = 0;
        for (var i = 0; i < values; i++) {
            if (!isSame(random)) {
                different++;
            }
        }
        return different;
    }

    private static boolean isSame(SplittableRandom random) {
        var scratch = new byte[FrameHead.SCRATCH_BYTES];
        var protocol = random.nextInt(PROTOCOLS);
        var priority = random.nextInt(256);
        var request = random.nextInt();
        var stream = random.nextInt();
        var number = random.nextInt(1, 256);
        // Small ones mostly, so that all lengths of a length are met.
        var raw = new byte[random.nextInt(1 << random.nextInt(1, 18)) % LARGEST];
        random.nextBytes(raw);
        var unsigned = Integer.toUnsignedLong(request);
        var streamId = Integer.toUnsignedLong(stream);
        return switch (random.nextInt(10)) {
            case 0 ->
                    isSame(
                            scratch,
                            FrameHead.directSend(scratch, protocol, priority, raw.length),
                            raw,
                            PlainCodec.directSend(protocol, priority, raw));
            case 1 ->
                    isSame(
                            scratch,
                            FrameHead.rpcRequest(scratch, protocol, request, priority, raw.length),
                            raw,
                            PlainCodec.request(protocol, unsigned, priority, raw));
            case 2 ->
                    isSame(
                            scratch,
                            FrameHead.rpcResponse(scratch, request, priority, raw.length),
                            raw,
                            PlainCodec.response(unsigned, priority, raw));
            case 3 ->
                    isSame(
                            scratch,
                            FrameHead.parsingError(scratch, (byte) protocol, (byte) priority),
                            new byte[0],
                            PlainCodec.parsingError(protocol, priority));
            case 4 ->
                    isSame(
                            scratch,
                            FrameHead.rpcNotSupported(scratch, protocol),
                            new byte[0],
                            PlainCodec.notSupported(true, protocol));
            case 5 ->
                    isSame(
                            scratch,
                            FrameHead.directSendNotSupported(scratch, protocol),
                            new byte[0],
                            PlainCodec.notSupported(false, protocol));
            case 6 ->
                    isSame(
                            scratch,
                            FrameHead.streamHeaderDirectSend(
                                    scratch, stream, number, protocol, priority, raw.length),
                            raw,
                            PlainCodec.streamHeader(
                                    streamId,
                                    number,
                                    PlainCodec.directSendMsg(protocol, priority, raw)));
            case 7 ->
                    isSame(
                            scratch,
                            FrameHead.streamHeaderRpcRequest(
                                    scratch,
                                    stream,
                                    number,
                                    protocol,
                                    request,
                                    priority,
                                    raw.length),
                            raw,
                            PlainCodec.streamHeader(
                                    streamId,
                                    number,
                                    PlainCodec.requestMsg(protocol, unsigned, priority, raw)));
            case 8 ->
                    isSame(
                            scratch,
                            FrameHead.streamHeaderRpcResponse(
                                    scratch, stream, number, request, priority, raw.length),
                            raw,
                            PlainCodec.streamHeader(
                                    streamId,
                                    number,
                                    PlainCodec.responseMsg(unsigned, priority, raw)));
            default ->
                    isSame(
                            scratch,
                            FrameHead.streamFragment(scratch, stream, number, raw.length),
                            raw,
                            PlainCodec.streamFragment(streamId, number, raw));
        };
    }

    private static boolean isSame(byte[] head, int headLength, byte[] raw, byte[] plain) {
        return plain.length == headLength + raw.length
                && Arrays.equals(plain, 0, headLength, head, 0, headLength)
                && Arrays.equals(plain, headLength, plain.length, raw, 0, raw.length);
    }
}
