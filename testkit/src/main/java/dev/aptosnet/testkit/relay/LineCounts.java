package dev.aptosnet.testkit.relay;

/**
 * What became of the packets of one direction. For TCP a packet is what one read gave.
 *
 * @param packets that were given on, those that arrived twice counted once
 * @param bytes of these
 * @param lost for which the dice fell so
 * @param overflowed that found the queue full
 * @param blocked since UDP was blocked
 * @param late that were held back so that others overtook them
 * @param doubled that were given on twice
 * @param undelivered that the target's socket would not take
 * @param waited that had to wait for those before them
 * @param waitedNanos how long, together
 */
public record LineCounts(
        long packets,
        long bytes,
        long lost,
        long overflowed,
        long blocked,
        long late,
        long doubled,
        long undelivered,
        long waited,
        long waitedNanos) {}
