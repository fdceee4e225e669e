package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Arrays for the plaintext of long records, used again once the application is done with them (ADR
 * 0021). A collector that copies what is young would otherwise copy every large message that is
 * being put together. All links of a transport share them; any thread.
 *
 * <p>An array that never comes back is the collector's, and what lies here unused is too once
 * memory is short.
 */
final class SpareArrays {
    /**
     * Length of each: one more than any record has plaintext, so that no array of a record's own
     * size is taken for one.
     */
    static final int LENGTH = RecordSealer.MAX_PLAINTEXT + 1;

    /** How many may lie here: 96 MiB, one message of the default maximum and half of the next. */
    static final int MAX_SPARE = (96 << 20) / LENGTH;

    private static final byte USED = (byte) 0xdb;

    private volatile SoftReference<BlockingQueue<byte[]>> spare = new SoftReference<>(null);

    /** An array that is nobody else's. */
    byte[] take() {
        var queue = spare.get();
        var array = queue == null ? null : queue.poll();
        return array == null ? new byte[LENGTH] : array;
    }

    /** Takes back the arrays that bytes lie in, those that have our length. */
    void giveBack(Bytes payload) {
        for (var i = 0; i < payload.segments(); i++) {
            giveBack(payload.segmentArray(i));
        }
    }

    /** Takes an array back; those of other lengths, and those beyond the bound, are ignored. */
    void giveBack(byte[] array) {
        if (array.length == LENGTH) {
            assert spoilt(array);
            queue().offer(array);
        }
    }

    /** How many bytes lie here unused. */
    long bytes() {
        var queue = spare.get();
        return queue == null ? 0 : (long) queue.size() * LENGTH;
    }

    /** So that who still reads it is found in tests. */
    static boolean spoilt(byte[] array) {
        Arrays.fill(array, USED);
        return true;
    }

    private BlockingQueue<byte[]> queue() {
        var queue = spare.get();
        if (queue == null) {
            synchronized (this) {
                queue = spare.get();
                if (queue == null) {
                    queue = new ArrayBlockingQueue<>(MAX_SPARE);
                    spare = new SoftReference<>(queue);
                }
            }
        }
        return queue;
    }
}
