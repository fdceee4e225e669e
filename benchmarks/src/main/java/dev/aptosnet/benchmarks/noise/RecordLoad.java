package dev.aptosnet.benchmarks.noise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordOpener;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

import java.security.GeneralSecurityException;
import java.util.Random;

import javax.crypto.Cipher;

/**
 * Records of one suite and size, and the operations that are measured on them. Opening goes round a
 * set of sealed records, with a new opener for each round because a counter never goes back.
 */
final class RecordLoad {
    /** Most frames a record is packed from in {@link #sealPacked}; each has a header of 9 bytes. */
    private static final int HEADER = 9;

    private final CipherSuite suite;
    private final int size;
    private final Bytes key;
    private final byte[] plaintext;
    private final byte[] header = new byte[HEADER];
    private final byte[] sealed = new byte[RecordSealer.MAX_RECORD];
    private final byte[] opened = new byte[RecordSealer.MAX_RECORD];
    private final byte[][] records;

    private final BareCipher bareEncryption;
    private final BareCipher bareDecryption;
    private final RecordSealer sealer;
    private RecordOpener opener;
    private long bareCounter;
    private int bareNext;
    private int next;

    RecordLoad(CipherSuite suite, int size) throws GeneralSecurityException, RecordException {
        var random = new Random(65_519);
        var keyBytes = new byte[32];
        random.nextBytes(keyBytes);
        this.suite = suite;
        this.size = size;
        this.key = Bytes.of(keyBytes);
        this.plaintext = new byte[size];
        random.nextBytes(plaintext);
        this.bareEncryption = new BareCipher(suite, keyBytes, Cipher.ENCRYPT_MODE);
        this.bareDecryption = new BareCipher(suite, keyBytes, Cipher.DECRYPT_MODE);
        this.sealer = RecordSealer.startingAt(suite, key, 0);
        this.opener = RecordOpener.startingAt(suite, key, 0);
        // About 4 MiB of sealed records, but not so few that making openers shows.
        this.records = new byte[Math.clamp((4 << 20) / size, 64, 1024)][];
        var first = RecordSealer.startingAt(suite, key, 0);
        for (var i = 0; i < records.length; i++) {
            first.begin(sealed, 0);
            first.add(plaintext, 0, size);
            records[i] = new byte[first.finish()];
            System.arraycopy(sealed, 0, records[i], 0, records[i].length);
        }
    }

    int bareSeal() throws GeneralSecurityException {
        return bareEncryption.process(bareCounter++, plaintext, 0, size, sealed, 2);
    }

    int seal() throws RecordException {
        sealer.begin(sealed, 0);
        sealer.add(plaintext, 0, size);
        return sealer.finish();
    }

    /** The same bytes, as one frame: a small header from one array, the rest from another. */
    int sealHeaderAndSlice() throws RecordException {
        sealer.begin(sealed, 0);
        sealer.add(header, 0, HEADER);
        sealer.add(plaintext, 0, size - HEADER);
        return sealer.finish();
    }

    /** The same bytes, as many small frames. */
    int sealPacked(int frame) throws RecordException {
        sealer.begin(sealed, 0);
        for (var from = 0; from < size; from += frame) {
            var end = Math.min(from + frame, size);
            var head = Math.min(HEADER, end - from);
            sealer.add(header, 0, head);
            sealer.add(plaintext, from + head, end - from - head);
        }
        return sealer.finish();
    }

    int bareOpen() throws GeneralSecurityException {
        var record = records[bareNext];
        var length = bareDecryption.process(bareNext, record, 2, record.length - 2, opened, 0);
        bareNext = bareNext + 1 == records.length ? 0 : bareNext + 1;
        return length;
    }

    int open() throws RecordException {
        if (next == records.length) {
            next = 0;
            opener = RecordOpener.startingAt(suite, key, 0);
        }
        var record = records[next++];
        return opener.open(record, 2, record.length - 2, opened, 0);
    }
}
