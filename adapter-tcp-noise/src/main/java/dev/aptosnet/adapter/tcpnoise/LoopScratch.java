package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;

import java.util.ArrayDeque;

/**
 * Arrays that all links of one event loop share, because only one of them works at a time. Valid
 * within one call from the loop; the loop's thread only. The JDK's ciphers are about three times
 * faster on arrays than on direct buffers, which pays for copying each record once.
 */
final class LoopScratch {
    /** How many arrays for unfinished records are kept; more are left to the collector. */
    private static final int MAX_SPARE = 16;

    /** Bytes of a frame's length and of any head that is not unusually long. */
    static final int FRONT = 64;

    /** A frame's length and head on their way out, so that they are one piece to the sealer. */
    final byte[] front = new byte[FRONT];

    /** One record's ciphertext on its way in. */
    final byte[] cipher = new byte[RecordOpener.MAX_RECORD];

    /** One record's plaintext on its way in, if it cannot go straight to its place. */
    final byte[] plain = new byte[RecordOpener.MAX_RECORD];

    /** One record on its way out. */
    final byte[] sealed = new byte[RecordSealer.MAX_RECORD];

    /** For plaintext that leaves the loop; shared with other loops. */
    final SpareArrays plaintexts;

    private final ArrayDeque<byte[]> spare = new ArrayDeque<>();

    LoopScratch(SpareArrays plaintexts) {
        this.plaintexts = plaintexts;
    }

    /** An array that holds any record, for one that has arrived in part. */
    byte[] borrow() {
        var array = spare.poll();
        return array != null ? array : new byte[RecordOpener.MAX_RECORD];
    }

    /** Takes an array back; those of other sizes are ignored. */
    void giveBack(byte[] array) {
        if (array.length == RecordOpener.MAX_RECORD && spare.size() < MAX_SPARE) {
            spare.push(array);
        }
    }
}
