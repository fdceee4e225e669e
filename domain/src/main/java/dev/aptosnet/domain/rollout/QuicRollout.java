package dev.aptosnet.domain.rollout;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.QuicMode;

/**
 * For which share of the links QUIC is used, and how.
 *
 * <p>Whether a pair of peers is in the share depends on the two ids alone, so that both ends say
 * the same without a word, and again after a restart. A pair that is in at one percentage is in at
 * every greater one. Who can choose an id can choose a share; nothing but the transport hangs on
 * it.
 *
 * @param mode what is done for a pair in the share; {@code transports.quic.mode}
 * @param percent how large the share is, 0 to 100; {@code transports.quic.rollout_percent}
 */
public record QuicRollout(QuicMode mode, int percent) {
    /** Nothing over QUIC. */
    public static final QuicRollout OFF = new QuicRollout(QuicMode.OFF, 0);

    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Refuses what contradicts itself. */
    public QuicRollout {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException(
                    "transports.quic.rollout_percent: " + percent + " (expected: 0 to 100)");
        }
        if (mode == QuicMode.OFF && percent > 0) {
            throw new IllegalArgumentException(
                    "transports.quic.rollout_percent: "
                            + percent
                            + " (expected: 0, since transports.quic.mode is off)");
        }
    }

    /** Whether QUIC may be used at all; a node for which it may not opens no UDP socket. */
    public boolean isOn() {
        return mode != QuicMode.OFF && percent > 0;
    }

    /** Whether the link between two peers is in the share. */
    public boolean includes(PeerId one, PeerId other) {
        return isOn() && bucket(one, other) < percent;
    }

    /**
     * 0 to 99 for an unordered pair: FNV-1a (64 bits) of the lesser id and then the greater, its
     * bits mixed once more as SplitMix64 does, since FNV's high bits are its best and a remainder
     * looks at the low ones.
     */
    static int bucket(PeerId one, PeerId other) {
        var inOrder = one.compareTo(other) <= 0;
        var hash = fnv(FNV_BASIS, inOrder ? one : other);
        hash = fnv(hash, inOrder ? other : one);
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        hash ^= hash >>> 31;
        return (int) Long.remainderUnsigned(hash, 100);
    }

    private static long fnv(long before, PeerId peer) {
        var hash = before;
        for (var one : peer.toByteArray()) {
            hash = (hash ^ (one & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
