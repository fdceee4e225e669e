package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which protocols and capabilities a node announces: a set of positions, 0 to 65 535, that goes
 * over the wire as a bit vector with the most significant bit first (wire.md section 6). Immutable.
 */
public final class ProtocolSet {
    /** The longest vector that is accepted, in bytes. */
    public static final int MAX_VECTOR_BYTES = 8192;

    /** No protocol. */
    public static final ProtocolSet EMPTY = new ProtocolSet(new byte[0]);

    /** May end in zero bytes if it was received so. */
    private final byte[] vector;

    private ProtocolSet(byte[] vector) {
        this.vector = vector;
    }

    /** Protocols and capabilities that we announce. */
    public static ProtocolSet of(Collection<ProtocolId> protocols, Set<Capability> capabilities) {
        return ofPositions(
                IntStream.concat(
                        protocols.stream().mapToInt(ProtocolId::number),
                        capabilities.stream().mapToInt(Capability::position)));
    }

    /** Protocols alone. */
    public static ProtocolSet of(ProtocolId... protocols) {
        return of(Arrays.asList(protocols), EnumSet.noneOf(Capability.class));
    }

    /**
     * Positions of any meaning.
     *
     * @throws IllegalArgumentException if one is not within 0 to 65 535
     */
    public static ProtocolSet ofPositions(IntStream positions) {
        var bits = new BitSet();
        positions.forEach(
                position -> {
                    if (position < 0 || position >= MAX_VECTOR_BYTES * 8) {
                        throw new IllegalArgumentException(
                                "protocol position: " + position + " (expected: 0 to 65535)");
                    }
                    bits.set(position);
                });
        var vector = new byte[(bits.length() + 7) / 8];
        bits.stream().forEach(p -> vector[p >> 3] |= (byte) (0x80 >> (p & 7)));
        return new ProtocolSet(vector);
    }

    /**
     * From a received vector, which {@link #vector} gives back as it came.
     *
     * @throws BcsException {@link WireError#BITVEC_TOO_LONG} above {@link #MAX_VECTOR_BYTES}
     */
    public static ProtocolSet ofVector(Bytes vector) {
        if (vector.size() > MAX_VECTOR_BYTES) {
            throw new BcsException(
                    WireError.BITVEC_TOO_LONG, "protocol bit vector of " + vector.size());
        }
        return new ProtocolSet(vector.toByteArray());
    }

    /** Whether a position is set; false for numbers that no vector can hold. */
    public boolean contains(int position) {
        var index = position >> 3;
        return index >= 0
                && index < vector.length
                && (vector[index] & (0x80 >> (position & 7))) != 0;
    }

    /** Whether a protocol is in the set. */
    public boolean contains(ProtocolId protocol) {
        return contains(protocol.number());
    }

    /** Whether no position is set. */
    public boolean isEmpty() {
        return significantBytes() == 0;
    }

    /** What is in both. */
    public ProtocolSet intersect(ProtocolSet other) {
        var both = new byte[Math.min(vector.length, other.vector.length)];
        for (var i = 0; i < both.length; i++) {
            both[i] = (byte) (vector[i] & other.vector[i]);
        }
        return new ProtocolSet(both).trimmed();
    }

    /** The set without the positions that belong to capabilities. */
    public ProtocolSet withoutCapabilities() {
        var first = Capability.FIRST_POSITION >> 3;
        if (vector.length <= first) {
            return this;
        }
        var left = vector.clone();
        left[first] = 0;
        return new ProtocolSet(left).trimmed();
    }

    /** The capabilities in the set. */
    public EnumSet<Capability> capabilities() {
        var found = EnumSet.noneOf(Capability.class);
        for (var capability : Capability.values()) {
            if (contains(capability.position())) {
                found.add(capability);
            }
        }
        return found;
    }

    /** All positions that are set, rising. */
    public IntStream positions() {
        return IntStream.range(0, vector.length * 8).filter(this::contains);
    }

    /**
     * The shortest vector that holds the set, no bytes for the empty one; for a set that was
     * received, the vector that came, which may end in zero bytes.
     */
    public Bytes vector() {
        return Bytes.of(vector);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProtocolSet that
                && Arrays.equals(
                        vector, 0, significantBytes(), that.vector, 0, that.significantBytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(Arrays.copyOf(vector, significantBytes()));
    }

    private ProtocolSet trimmed() {
        return new ProtocolSet(Arrays.copyOf(vector, significantBytes()));
    }

    /** Without trailing zero bytes, which do not distinguish sets. */
    private int significantBytes() {
        var length = vector.length;
        while (length > 0 && vector[length - 1] == 0) {
            length--;
        }
        return length;
    }

    /** The positions. */
    @Override
    public String toString() {
        return Arrays.toString(positions().toArray());
    }
}
