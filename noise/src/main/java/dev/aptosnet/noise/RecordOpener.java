package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

import java.util.Objects;

/**
 * Opens the records of one direction, in order (wire.md section 5). After the first failure it is
 * dead and opens nothing more. Single owner; not thread-safe.
 */
public final class RecordOpener {
    /** Shortest ciphertext with tag, in bytes: one plaintext byte. An empty one must close. */
    public static final int MIN_RECORD = 1 + Aead.TAG;

    /** Longest ciphertext with tag, in bytes. */
    public static final int MAX_RECORD = 65_535;

    private final Aead aead;
    private long counter;
    private boolean dead;

    RecordOpener(CipherSuite suite, Bytes key, long counter) {
        this.aead = Aead.forOpening(suite, key.toByteArray());
        this.counter = counter;
    }

    /**
     * An opener of its own, outside any handshake; for tests and vectors.
     *
     * @param key 32 bytes
     * @param counter of the first record, unsigned
     */
    public static RecordOpener startingAt(CipherSuite suite, Bytes key, long counter) {
        return new RecordOpener(suite, key, counter);
    }

    /**
     * Opens one record.
     *
     * @param record holds the ciphertext and its tag, without the two length bytes
     * @param offset where they begin
     * @param length 17 to 65 535
     * @param out takes the plaintext, {@code length - 16} bytes; another array than {@code record},
     *     else the JDK copies once more
     * @param outOffset where the plaintext begins
     * @return the length of the plaintext, at least 1
     * @throws RecordException if the record is not the next one of this session; what was written
     *     to {@code out} is then meaningless
     * @throws IndexOutOfBoundsException if either array is too short, before anything is changed
     */
    public int open(byte[] record, int offset, int length, byte[] out, int outOffset)
            throws RecordException {
        if (dead) {
            throw new RecordException(RecordException.Kind.DEAD, "an earlier record failed");
        }
        if (length < MIN_RECORD || length > MAX_RECORD) {
            dead = true;
            throw new RecordException(
                    RecordException.Kind.LENGTH, length + " bytes (expected: 17 to 65535)");
        }
        Objects.checkFromIndexSize(offset, length, record.length);
        Objects.checkFromIndexSize(outOffset, length - Aead.TAG, out.length);
        // 2^64-1 is the last value of the counter and must never be used.
        if (counter == -1) {
            dead = true;
            throw new RecordException(
                    RecordException.Kind.EXHAUSTED, "2^64-1 records were opened; dial again");
        }
        // Set first, so that an Error or a fault of ours leaves no half-open session behind.
        dead = true;
        aead.init(counter);
        if (!aead.open(record, offset, length, out, outOffset)) {
            throw new RecordException(
                    RecordException.Kind.AUTHENTICATION,
                    "record " + Long.toUnsignedString(counter) + " of this session is not genuine");
        }
        dead = false;
        counter++;
        return length - Aead.TAG;
    }

    /** How many records were opened, plus where the counter started; unsigned. */
    public long counter() {
        return counter;
    }
}
