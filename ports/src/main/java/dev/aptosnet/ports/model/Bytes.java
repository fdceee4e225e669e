package dev.aptosnet.ports.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/**
 * An immutable run of bytes that may lie in one array or in several. A large message received in
 * pieces stays in the arrays it was decrypted into; nothing is joined unless {@link #toByteArray}
 * asks for it.
 *
 * <p>{@link #of} copies; {@link #wrap} takes the array over, and the caller must not write to it
 * afterwards. Safe for use by any number of threads. A received payload is immutable for as long as
 * nobody has said that he is done with it ({@code Link.giveBack}); only applications that ask for
 * that ever see it change.
 */
public final class Bytes {
    private static final byte[] NO_ARRAY = {};
    private static final Bytes[] ONE_SEGMENT = {};

    /** So many pairs of arrays are compared one by one. */
    private static final int FEW_PAIRS = 64;

    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(NO_ARRAY, 0, 0);

    private final byte[] array;
    private final int offset;
    private final int size;

    /** The parts of a run in several arrays; empty where one array holds it all. */
    private final Bytes[] parts;

    private Bytes(byte[] array, int offset, int size) {
        this.array = array;
        this.offset = offset;
        this.size = size;
        this.parts = ONE_SEGMENT;
    }

    private Bytes(Bytes[] parts, int size) {
        this.array = NO_ARRAY;
        this.offset = 0;
        this.size = size;
        this.parts = parts;
    }

    /** A copy of {@code bytes}. */
    public static Bytes of(byte... bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone(), 0, bytes.length);
    }

    /** The array itself, given away by this call. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /** A part of an array that is given away by this call. */
    public static Bytes wrap(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    /** The UTF-8 form of {@code text}. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(UTF_8));
    }

    /** From hex digits of either case, without prefix or separators. */
    public static Bytes hex(String digits) {
        return wrap(HexFormat.of().parseHex(digits));
    }

    /**
     * The runs one after the other, without copying them.
     *
     * @throws ArithmeticException if the sum is above 2^31-1
     */
    public static Bytes concat(List<Bytes> runs) {
        var sum = 0;
        var count = 0;
        for (var run : runs) {
            sum = Math.addExact(sum, run.size);
            count += run.size == 0 ? 0 : run.segments();
        }
        if (count == 0) {
            return EMPTY;
        }
        var flat = new Bytes[count];
        var filled = 0;
        for (var run : runs) {
            if (run.parts.length > 0) {
                System.arraycopy(run.parts, 0, flat, filled, run.parts.length);
                filled += run.parts.length;
            } else if (run.size > 0) {
                flat[filled++] = run;
            }
        }
        return count == 1 ? flat[0] : new Bytes(flat, sum);
    }

    /** Length in bytes. */
    public int size() {
        return size;
    }

    /** Whether there are no bytes. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** The byte at {@code index}. Linear in the number of segments. */
    public byte byteAt(int index) {
        Objects.checkIndex(index, size);
        if (parts.length == 0) {
            return array[offset + index];
        }
        var rest = index;
        for (var part : parts) {
            if (rest < part.size) {
                return part.array[part.offset + rest];
            }
            rest -= part.size;
        }
        throw new AssertionError(index);
    }

    /** The bytes from {@code from} (inclusive) to {@code to} (exclusive), sharing the arrays. */
    public Bytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        if (from == to) {
            return EMPTY;
        }
        if (from == 0 && to == size) {
            return this;
        }
        if (parts.length == 0) {
            return new Bytes(array, offset + from, to - from);
        }
        var cut = new ArrayList<Bytes>(parts.length);
        var start = 0;
        for (var part : parts) {
            var end = start + part.size;
            if (end > from && start < to) {
                cut.add(part.slice(Math.max(from, start) - start, Math.min(to, end) - start));
            }
            start = end;
        }
        return concat(cut);
    }

    /** How many arrays the bytes lie in; at least 1. */
    public int segments() {
        return Math.max(1, parts.length);
    }

    /** The array behind segment {@code index}. Not to be written to. */
    public byte[] segmentArray(int index) {
        return segment(index).array;
    }

    /** Where segment {@code index} begins in its array. */
    public int segmentOffset(int index) {
        return segment(index).offset;
    }

    /** How many bytes segment {@code index} has. */
    public int segmentLength(int index) {
        return segment(index).size;
    }

    private Bytes segment(int index) {
        Objects.checkIndex(index, segments());
        return parts.length == 0 ? this : parts[index];
    }

    /** Whether some array holds bytes of both, be they the same or not. */
    @SuppressWarnings("ReferenceEquality") // The array itself is the question.
    public boolean sharesArrayWith(Bytes other) {
        if (isEmpty() || other.isEmpty()) {
            return false;
        }
        if (parts.length == 0 && other.parts.length == 0) {
            return array == other.array;
        }
        // One run in few arrays, as almost all are, needs no set: looking costs less than hashing.
        if ((long) segments() * other.segments() <= FEW_PAIRS) {
            for (var i = 0; i < segments(); i++) {
                if (other.liesIn(segmentArray(i))) {
                    return true;
                }
            }
            return false;
        }
        var arrays = Collections.newSetFromMap(new IdentityHashMap<byte[], Boolean>());
        for (var i = 0; i < other.segments(); i++) {
            arrays.add(other.segmentArray(i));
        }
        for (var i = 0; i < segments(); i++) {
            if (arrays.contains(segmentArray(i))) {
                return true;
            }
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // The array itself is the question.
    private boolean liesIn(byte[] candidate) {
        for (var i = 0; i < segments(); i++) {
            if (segmentArray(i) == candidate) {
                return true;
            }
        }
        return false;
    }

    /**
     * These bytes where they use at least half of the arrays that they keep alive, else a copy: so
     * that a budget that counts {@link #size} counts at least half of what is held.
     */
    public Bytes compact() {
        var held = 0L;
        for (var i = 0; i < segments(); i++) {
            held += segmentArray(i).length;
        }
        return held > 2L * size ? wrap(toByteArray()) : this;
    }

    /** Copies {@code length} bytes, beginning with the one at {@code from}. */
    public void copyTo(int from, byte[] target, int targetOffset, int length) {
        Objects.checkFromIndexSize(from, length, size);
        Objects.checkFromIndexSize(targetOffset, length, target.length);
        if (parts.length == 0) {
            System.arraycopy(array, offset + from, target, targetOffset, length);
            return;
        }
        var start = 0;
        var copied = 0;
        for (var part : parts) {
            var end = start + part.size;
            var first = from + copied;
            if (copied < length && first < end) {
                var n = Math.min(end - first, length - copied);
                System.arraycopy(
                        part.array, part.offset + first - start, target, targetOffset + copied, n);
                copied += n;
            }
            start = end;
        }
    }

    /** A fresh array with the bytes. */
    public byte[] toByteArray() {
        var copy = new byte[size];
        copyTo(0, copy, 0, size);
        return copy;
    }

    /** The bytes in one array: these, if they are already, else a copy. */
    public Bytes joined() {
        return parts.length == 0 ? this : wrap(toByteArray());
    }

    /** A read-only buffer over the bytes; copies only if they lie in several arrays. */
    public ByteBuffer asByteBuffer() {
        var one = joined();
        return ByteBuffer.wrap(one.array, one.offset, one.size).slice().asReadOnlyBuffer();
    }

    /** The bytes read as UTF-8, malformed sequences replaced. */
    public String asUtf8() {
        var one = joined();
        return new String(one.array, one.offset, one.size, UTF_8);
    }

    /** Lower-case hex digits, two a byte. */
    public String toHex() {
        var one = joined();
        return HexFormat.of().formatHex(one.array, one.offset, one.offset + one.size);
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Bytes that) || that.size != size) {
            return false;
        }
        var a = joined();
        var b = that.joined();
        return Arrays.equals(
                a.array, a.offset, a.offset + a.size, b.array, b.offset, b.offset + b.size);
    }

    @Override
    public int hashCode() {
        return asByteBuffer().hashCode();
    }

    /** At most the first 32 bytes in hex, and the size. */
    @Override
    public String toString() {
        var shown = slice(0, Math.min(size, 32)).toHex();
        return "Bytes[" + size + (size > 32 ? ": " + shown + "…" : ": " + shown) + "]";
    }
}
