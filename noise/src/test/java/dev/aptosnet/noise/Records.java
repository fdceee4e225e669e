package dev.aptosnet.noise;

import java.util.Arrays;

/** Sealing and opening of whole records, for tests. */
final class Records {
    private Records() {}

    static byte[] seal(RecordSealer sealer, byte[] plaintext) throws RecordException {
        var out = new byte[plaintext.length + RecordSealer.OVERHEAD + 1];
        sealer.begin(out, 0);
        sealer.add(plaintext, 0, plaintext.length);
        return Arrays.copyOf(out, sealer.finish());
    }

    /** Takes a record with its length before it. */
    static byte[] open(RecordOpener opener, byte[] frame) throws RecordException {
        var out = new byte[Math.max(0, frame.length - RecordSealer.OVERHEAD)];
        var length = opener.open(frame, 2, frame.length - 2, out, 0);
        return Arrays.copyOf(out, length);
    }

    static byte[] framed(byte[] ciphertext) {
        var frame = new byte[ciphertext.length + 2];
        frame[0] = (byte) (ciphertext.length >> 8);
        frame[1] = (byte) ciphertext.length;
        System.arraycopy(ciphertext, 0, frame, 2, ciphertext.length);
        return frame;
    }
}
