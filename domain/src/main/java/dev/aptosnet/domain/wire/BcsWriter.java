package dev.aptosnet.domain.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Writes one BCS value (wire.md section 1): a call for each field in order, then {@link #toBytes}.
 * Byte strings of {@value #SHARED_BYTES} bytes and more are not copied but become a part of the
 * result. Not thread-safe.
 */
public final class BcsWriter {
    /** From this size on a byte string is shared instead of copied. */
    public static final int SHARED_BYTES = 4096;

    private static final int FIRST_CAPACITY = 64;

    private final List<Bytes> done = new ArrayList<>();
    private byte[] array;
    private int size;

    /** Begins small and grows. */
    public BcsWriter() {
        this(FIRST_CAPACITY);
    }

    /** Begins with room for {@code capacity} bytes, so that a value of known size is not moved. */
    public BcsWriter(int capacity) {
        array = new byte[capacity];
    }

    /** What was written. The writer is used up. */
    public Bytes toBytes() {
        if (done.isEmpty()) {
            return Bytes.wrap(array, 0, size);
        }
        flush();
        return Bytes.concat(done);
    }

    /** The low byte of {@code value}. */
    public BcsWriter u8(int value) {
        room(1);
        array[size++] = (byte) value;
        return this;
    }

    /** The low two bytes of {@code value}. */
    public BcsWriter u16(int value) {
        return littleEndian(value, 2);
    }

    /** Four bytes. */
    public BcsWriter u32(int value) {
        return littleEndian(value, 4);
    }

    /** Eight bytes. */
    public BcsWriter u64(long value) {
        return littleEndian(value, 8);
    }

    /**
     * Sixteen bytes.
     *
     * @param value -2^127 to 2^128-1; negative ones as two's complement
     */
    public BcsWriter u128(BigInteger value) {
        if (value.bitLength() > (value.signum() < 0 ? 127 : 128)) {
            throw new IllegalArgumentException("not a number of 128 bits: " + value);
        }
        for (var i = 0; i < 16; i++) {
            u8(value.shiftRight(8 * i).intValue());
        }
        return this;
    }

    /** One byte, 0 or 1. */
    public BcsWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** A ULEB128 number; {@code value} is unsigned. */
    public BcsWriter uleb(int value) {
        room(5);
        size = Uleb.put(array, size, value);
        return this;
    }

    /** An enum index. */
    public BcsWriter variant(int index) {
        return uleb(index);
    }

    /** A byte string: its length, then the bytes. */
    public BcsWriter bytes(Bytes bytes) {
        return uleb(bytes.size()).fixed(bytes);
    }

    /** Bytes without a length before them. */
    public BcsWriter fixed(Bytes bytes) {
        if (bytes.size() >= SHARED_BYTES) {
            flush();
            done.add(bytes);
        } else {
            room(bytes.size());
            bytes.copyTo(0, array, size, bytes.size());
            size += bytes.size();
        }
        return this;
    }

    /** A peer id: 32 bytes without a length. */
    public BcsWriter peerId(PeerId peer) {
        return fixed(Bytes.wrap(peer.toByteArray()));
    }

    /**
     * A string.
     *
     * @throws IllegalArgumentException if it has an unpaired surrogate
     */
    public BcsWriter string(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                var paired =
                        Character.isHighSurrogate(c)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    throw new IllegalArgumentException("unpaired surrogate at " + i);
                }
                i++;
            }
        }
        return bytes(Bytes.wrap(text.getBytes(UTF_8)));
    }

    /** An option. */
    public <T> BcsWriter option(Optional<T> value, BiConsumer<BcsWriter, T> write) {
        u8(value.isPresent() ? 1 : 0);
        value.ifPresent(v -> write.accept(this, v));
        return this;
    }

    /** A sequence. */
    public <T> BcsWriter list(List<T> elements, BiConsumer<BcsWriter, T> write) {
        uleb(elements.size());
        for (var element : elements) {
            write.accept(this, element);
        }
        return this;
    }

    /**
     * A map, in the order of the encoded keys.
     *
     * @throws IllegalArgumentException if two keys have the same encoding
     */
    public <K, V> BcsWriter map(
            Map<K, V> entries, BiConsumer<BcsWriter, K> key, BiConsumer<BcsWriter, V> value) {
        var sorted = new TreeMap<byte[], V>(Arrays::compareUnsigned);
        entries.forEach(
                (k, v) -> {
                    var encoded = new BcsWriter();
                    key.accept(encoded, k);
                    sorted.put(encoded.toBytes().toByteArray(), v);
                });
        if (sorted.size() != entries.size()) {
            throw new IllegalArgumentException("map with two keys of one encoding");
        }
        uleb(sorted.size());
        sorted.forEach(
                (k, v) -> {
                    fixed(Bytes.wrap(k));
                    value.accept(this, v);
                });
        return this;
    }

    private BcsWriter littleEndian(long value, int width) {
        room(width);
        for (var shift = 0; shift < width * 8; shift += 8) {
            array[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void room(int bytes) {
        if (bytes > array.length - size) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, size + bytes));
        }
    }

    private void flush() {
        if (size > 0) {
            done.add(Bytes.wrap(array, 0, size));
            array = new byte[FIRST_CAPACITY];
            size = 0;
        }
    }
}
