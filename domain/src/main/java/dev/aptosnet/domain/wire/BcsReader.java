package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads one BCS value (wire.md section 1), which the caller must know the type of: a call for each
 * field in order, then {@link #end}. Byte strings come as views on the input, wherever it lies;
 * nothing is joined. Every length is compared with what is left before anything is allocated.
 *
 * <p>Each method throws {@link BcsException} with the broken rule's code. Not thread-safe.
 *
 * <pre>{@code
 * var in = new BcsReader(payload, protocol.depthLimit());
 * var transfer = in.container(c -> new Transfer(c.u64(), c.string(), c.bytes()));
 * in.end();
 * }</pre>
 */
public final class BcsReader {
    /** How deep containers nest in frames and handshake messages. */
    public static final int FRAME_DEPTH = 500;

    /** How deep they nest in the payloads of most protocols. */
    public static final int PAYLOAD_DEPTH = 64;

    private final Bytes input;
    private final int depthLimit;
    private int depth;

    /** The current segment's array, where in it the next byte is and where the segment ends. */
    private byte[] array;

    private int at;
    private int limit;
    private int segment;

    /** Position of the next byte in the input is {@code base + at}. */
    private int base;

    /**
     * @param input exactly one value
     * @param depthLimit how many containers may nest
     */
    public BcsReader(Bytes input, int depthLimit) {
        this.input = input;
        this.depthLimit = depthLimit;
        this.array = input.segmentArray(0);
        this.at = input.segmentOffset(0);
        this.limit = at + input.segmentLength(0);
        this.base = -at;
    }

    /** Reads with {@link #PAYLOAD_DEPTH}. */
    public BcsReader(Bytes input) {
        this(input, PAYLOAD_DEPTH);
    }

    /** How many bytes are left. */
    public int remaining() {
        return input.size() - position();
    }

    /** Checks that every byte was read. */
    public void end() {
        if (remaining() != 0) {
            throw failure(WireError.TRAILING_BYTES, remaining() + " left");
        }
    }

    /** One byte, 0 to 255. */
    public int u8() {
        return next() & 0xff;
    }

    /** Two bytes, 0 to 65 535. */
    public int u16() {
        return (int) littleEndian(2);
    }

    /** Four bytes; negative above 2^31-1, see {@link Integer#toUnsignedLong}. */
    public int u32() {
        return (int) littleEndian(4);
    }

    /** Eight bytes; negative above 2^63-1, see {@link Long#compareUnsigned}. */
    public long u64() {
        return littleEndian(8);
    }

    /** Sixteen bytes, 0 to 2^128-1. */
    public BigInteger u128() {
        return new BigInteger(1, reversed(16));
    }

    /** Sixteen bytes, -2^127 to 2^127-1. */
    public BigInteger i128() {
        return new BigInteger(reversed(16));
    }

    /** One byte, 0 or 1. */
    public boolean bool() {
        return flag(WireError.INVALID_BOOL);
    }

    /** A ULEB128 number, 0 to 2^32-1. */
    public long uleb() {
        var value = 0L;
        for (var shift = 0; shift < 35; shift += 7) {
            var group = next();
            value |= (group & 0x7fL) << shift;
            if (group >= 0) {
                if (group == 0 && shift > 0) {
                    throw failure(WireError.NON_CANONICAL_ULEB128, "padded number");
                }
                if (value > 0xffff_ffffL) {
                    throw failure(WireError.ULEB128_OVERFLOW, "number above 2^32-1");
                }
                return value;
            }
        }
        throw failure(WireError.ULEB128_OVERFLOW, "number of more than 5 bytes");
    }

    /** A length or count, 0 to 2^31-1; says nothing of what is left. */
    public int length() {
        var length = uleb();
        if (length > Integer.MAX_VALUE) {
            throw failure(WireError.LENGTH_TOO_LARGE, "length " + length);
        }
        return (int) length;
    }

    /** An enum index below {@code variants}. */
    public int variant(int variants) {
        var index = uleb();
        if (index >= variants) {
            throw failure(WireError.UNKNOWN_VARIANT, "variant " + index);
        }
        return (int) index;
    }

    /** A byte string: a view on the input. */
    public Bytes bytes() {
        return fixed(length());
    }

    /** So many bytes without a length before them: a view on the input. */
    public Bytes fixed(int length) {
        var from = position();
        skip(length);
        return length <= at - input.segmentOffset(segment)
                ? Bytes.wrap(array, at - length, length)
                : input.slice(from, from + length);
    }

    /** A peer id: 32 bytes without a length. */
    public PeerId peerId() {
        return PeerId.of(fixed(PeerId.LENGTH).toByteArray());
    }

    /** A string of strict UTF-8. */
    public String string() {
        var utf8 = bytes().joined();
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        try {
            return decoder.decode(
                            ByteBuffer.wrap(
                                    utf8.segmentArray(0), utf8.segmentOffset(0), utf8.size()))
                    .toString();
        } catch (CharacterCodingException e) {
            var failure = failure(WireError.INVALID_UTF8, "string of " + utf8.size() + " bytes");
            failure.initCause(e);
            throw failure;
        }
    }

    /** An option. */
    public <T> Optional<T> option(Function<BcsReader, T> value) {
        return flag(WireError.INVALID_OPTION) ? Optional.of(value.apply(this)) : Optional.empty();
    }

    /**
     * A sequence. Elements take at least one byte each, so that no count can grow memory beyond the
     * input; a larger count is {@link WireError#EOF}.
     */
    public <T> List<T> list(Function<BcsReader, T> element) {
        var count = count(1);
        var list = new ArrayList<T>(Math.min(count, 1024));
        for (var i = 0; i < count; i++) {
            list.add(element.apply(this));
        }
        return list;
    }

    /**
     * A map, in the order of the encoded keys, which is checked. A key takes at least one byte, as
     * {@link #list}.
     */
    public <K, V> Map<K, V> map(Function<BcsReader, K> key, Function<BcsReader, V> value) {
        var count = count(1);
        var map = new LinkedHashMap<K, V>();
        Bytes before = null;
        for (var i = 0; i < count; i++) {
            var from = position();
            var k = key.apply(this);
            var encoded = input.slice(from, position());
            if (before != null && compare(before, encoded) >= 0) {
                throw failure(WireError.NON_CANONICAL_MAP, "key " + i);
            }
            before = encoded;
            map.put(k, value.apply(this));
        }
        return map;
    }

    /**
     * A struct, newtype struct or enum: anything that counts as one level of nesting. Options,
     * sequences and tuples do not.
     */
    public <T> T container(Function<BcsReader, T> content) {
        enter();
        var value = content.apply(this);
        leave();
        return value;
    }

    /** Enters a container; {@link #container} in two halves. */
    public void enter() {
        if (++depth > depthLimit) {
            throw failure(WireError.DEPTH_EXCEEDED, "more than " + depthLimit + " containers");
        }
    }

    /** Leaves a container. */
    public void leave() {
        depth--;
    }

    private int count(int leastBytes) {
        var count = length();
        if ((long) count * leastBytes > remaining()) {
            throw failure(WireError.EOF, count + " elements in " + remaining() + " bytes");
        }
        return count;
    }

    private static int compare(Bytes a, Bytes b) {
        var x = a.joined();
        var y = b.joined();
        return Arrays.compareUnsigned(
                x.segmentArray(0),
                x.segmentOffset(0),
                x.segmentOffset(0) + x.size(),
                y.segmentArray(0),
                y.segmentOffset(0),
                y.segmentOffset(0) + y.size());
    }

    private boolean flag(WireError otherwise) {
        var flag = next();
        if ((flag & ~1) != 0) {
            throw failure(otherwise, "byte " + (flag & 0xff));
        }
        return flag == 1;
    }

    private int position() {
        return base + at;
    }

    private byte next() {
        if (at == limit) {
            nextSegment();
        }
        return array[at++];
    }

    private long littleEndian(int width) {
        var value = 0L;
        for (var shift = 0; shift < width * 8; shift += 8) {
            value |= (next() & 0xffL) << shift;
        }
        return value;
    }

    private byte[] reversed(int width) {
        var bytes = new byte[width];
        for (var i = width - 1; i >= 0; i--) {
            bytes[i] = next();
        }
        return bytes;
    }

    private void skip(int length) {
        if (length > remaining()) {
            throw failure(WireError.EOF, length + " bytes wanted, " + remaining() + " left");
        }
        var left = length;
        while (left > limit - at) {
            left -= limit - at;
            at = limit;
            nextSegment();
        }
        at += left;
    }

    private void nextSegment() {
        if (segment + 1 >= input.segments()) {
            throw failure(WireError.EOF, "nothing left");
        }
        var position = position();
        segment++;
        array = input.segmentArray(segment);
        at = input.segmentOffset(segment);
        limit = at + input.segmentLength(segment);
        base = position - at;
    }

    private BcsException failure(WireError code, String detail) {
        return new BcsException(code, detail + ", at byte " + position());
    }
}
