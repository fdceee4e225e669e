package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.Random;

/** Sealing and opening of records: every way to build one, and every way to break one. */
class RecordTest {
    private static final long SEED = 20_261_122;

    private final Random random = new Random(SEED);
    private final Bytes key = Bytes.wrap(bytes(32));

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aRecordIsTheSameHoweverItsPlaintextWasCutIntoPieces(CipherSuite suite) throws Exception {
        var whole = RecordSealer.startingAt(suite, key, 0);
        var cut = RecordSealer.startingAt(suite, key, 0);
        var out = new byte[3 * RecordSealer.MAX_RECORD];
        for (var round = 0; round < 250; round++) {
            var plaintext = bytes(1 + random.nextInt(RecordSealer.MAX_PLAINTEXT));
            var expected = Records.seal(whole, plaintext);
            var start = random.nextInt(100);
            cut.begin(out, start);
            for (var done = 0; done < plaintext.length; ) {
                var piece = Math.min(pieceLength(), plaintext.length - done);
                cut.add(plaintext, done, piece);
                done += piece;
                assertThat(cut.size()).isEqualTo(done);
            }
            var length = cut.finish();
            assertThat(Arrays.copyOfRange(out, start, start + length))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aSessionGoesOnAfterACollection(CipherSuite suite) throws Exception {
        var sealer = RecordSealer.startingAt(suite, key, 0);
        var opener = RecordOpener.startingAt(suite, key, 0);
        var out = new byte[RecordSealer.MAX_RECORD];
        for (var round = 0; round < 5; round++) {
            var plaintext = bytes(1 + random.nextInt(RecordSealer.MAX_PLAINTEXT));
            var half = plaintext.length / 2;
            sealer.begin(out, 0);
            sealer.add(plaintext, 0, half);
            System.gc(); // in the midst of a record
            sealer.add(plaintext, half, plaintext.length - half);
            var sealed = Arrays.copyOf(out, sealer.finish());
            System.gc();
            assertThat(Records.open(opener, sealed))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(plaintext);
        }
    }

    /** Around the block length of AES, the threshold for direct encryption, and anything else. */
    private int pieceLength() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(20);
            case 1 -> 16_380 + random.nextInt(10);
            case 2 -> random.nextInt(300);
            case 3 -> 16_384 + 240 + random.nextInt(32);
            default -> random.nextInt(40_000);
        };
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void theLargestRecordHas65519BytesOfPlaintextAndNotOneMore(CipherSuite suite) throws Exception {
        var sealer = RecordSealer.startingAt(suite, key, 0);
        var out = new byte[RecordSealer.MAX_RECORD + 1000];
        var plaintext = bytes(65_519);
        sealer.begin(out, 7);
        assertThat(sealer.remaining()).isEqualTo(65_519);
        assertThatThrownBy(() -> sealer.add(bytes(65_520), 0, 65_520))
                .isInstanceOf(IndexOutOfBoundsException.class);
        sealer.add(plaintext, 0, 65_519);
        assertThat(sealer.remaining()).isZero();
        assertThatThrownBy(() -> sealer.add(plaintext, 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        var length = sealer.finish();
        assertThat(length).isEqualTo(65_537);
        var frame = Arrays.copyOfRange(out, 7, 7 + length);
        assertThat(Arrays.copyOf(frame, 2)).containsExactly(0xff, 0xff);
        assertThat(Records.open(RecordOpener.startingAt(suite, key, 0), frame))
                .isEqualTo(plaintext);
    }

    @Test
    void aShortArrayMakesAShortRecordAndNothingIsWrittenBeyondIt() throws Exception {
        var sealer = RecordSealer.startingAt(CipherSuite.AESGCM, key, 0);
        assertThatThrownBy(() -> sealer.begin(new byte[18], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        var out = new byte[50];
        sealer.begin(out, 4);
        assertThat(sealer.remaining()).isEqualTo(28);
        sealer.add(bytes(28), 0, 28);
        assertThat(sealer.finish()).isEqualTo(46);
        assertThat(Arrays.copyOf(out, 4)).containsOnly(0);
    }

    @Test
    void anEmptyRecordIsNeverSealedAndUsesNoCounter() throws Exception {
        var sealer = RecordSealer.startingAt(CipherSuite.CHACHAPOLY, key, 0);
        assertThatThrownBy(sealer::finish).isInstanceOf(IllegalStateException.class);
        sealer.begin(new byte[100], 0);
        sealer.add(new byte[0], 0, 0);
        assertThatThrownBy(sealer::finish).isInstanceOf(IllegalStateException.class);
        assertThat(sealer.counter()).isZero();
        var frame = Records.seal(sealer, bytes(5));
        assertThat(Records.open(RecordOpener.startingAt(CipherSuite.CHACHAPOLY, key, 0), frame))
                .hasSize(5);
    }

    @Test
    void aRecordThatWasNotFinishedCannotBeForgotten() throws Exception {
        var sealer = RecordSealer.startingAt(CipherSuite.AESGCM, key, 0);
        sealer.begin(new byte[100], 0);
        sealer.add(bytes(5), 0, 5);
        assertThatThrownBy(() -> sealer.begin(new byte[100], 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(sealer.finish()).isEqualTo(23);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aFlippedBitAnywhereInARecordIsNoticed(CipherSuite suite) throws Exception {
        var frame = Records.seal(RecordSealer.startingAt(suite, key, 0), bytes(300));
        for (var at = 2; at < frame.length; at++) {
            var altered = frame.clone();
            altered[at] ^= (byte) (1 << (at % 8));
            var opener = RecordOpener.startingAt(suite, key, 0);
            assertRefused(opener, altered, RecordException.Kind.AUTHENTICATION);
        }
        assertThat(Records.open(RecordOpener.startingAt(suite, key, 0), frame)).hasSize(300);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aTruncatedOrExtendedRecordIsNoticed(CipherSuite suite) throws Exception {
        var frame = Records.seal(RecordSealer.startingAt(suite, key, 0), bytes(40));
        for (var length = 2; length < frame.length; length++) {
            assertRefused(
                    RecordOpener.startingAt(suite, key, 0),
                    Arrays.copyOf(frame, length),
                    length < 2 + 17
                            ? RecordException.Kind.LENGTH
                            : RecordException.Kind.AUTHENTICATION);
        }
        assertRefused(
                RecordOpener.startingAt(suite, key, 0),
                Arrays.copyOf(frame, frame.length + 1),
                RecordException.Kind.AUTHENTICATION);
        assertRefused(
                RecordOpener.startingAt(suite, key, 0),
                new byte[2 + 65_536],
                RecordException.Kind.LENGTH);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aGenuineRecordWithoutPlaintextClosesTheSession(CipherSuite suite) {
        var bare = Aead.forSealing(suite, key.toByteArray());
        bare.init(0);
        var tag = new byte[16];
        bare.finish(new byte[0], 0, 0, tag, 0);
        assertRefused(
                RecordOpener.startingAt(suite, key, 0),
                Records.framed(tag),
                RecordException.Kind.LENGTH);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void repeatedReorderedAndDroppedRecordsAreNoticed(CipherSuite suite) throws Exception {
        var sealer = RecordSealer.startingAt(suite, key, 0);
        var first = Records.seal(sealer, bytes(20));
        var second = Records.seal(sealer, bytes(20));
        var repeated = RecordOpener.startingAt(suite, key, 0);
        var _ = Records.open(repeated, first);
        assertRefused(repeated, first, RecordException.Kind.AUTHENTICATION);
        assertRefused(
                RecordOpener.startingAt(suite, key, 0),
                second,
                RecordException.Kind.AUTHENTICATION);
        assertRefused(
                RecordOpener.startingAt(suite, Bytes.wrap(bytes(32)), 0),
                first,
                RecordException.Kind.AUTHENTICATION);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void afterAFailureAGoodRecordIsNotOpenedEither(CipherSuite suite) throws Exception {
        var frame = Records.seal(RecordSealer.startingAt(suite, key, 0), bytes(20));
        var altered = frame.clone();
        altered[altered.length - 1] ^= 1;
        var opener = RecordOpener.startingAt(suite, key, 0);
        assertRefused(opener, altered, RecordException.Kind.AUTHENTICATION);
        assertRefused(opener, frame, RecordException.Kind.DEAD);
        var shortOne = RecordOpener.startingAt(suite, key, 0);
        assertRefused(shortOne, new byte[18], RecordException.Kind.LENGTH);
        assertRefused(shortOne, frame, RecordException.Kind.DEAD);
    }

    @Test
    void aCallersTooShortArrayLeavesTheSessionAlive() throws Exception {
        var frame = Records.seal(RecordSealer.startingAt(CipherSuite.AESGCM, key, 0), bytes(20));
        var opener = RecordOpener.startingAt(CipherSuite.AESGCM, key, 0);
        assertThatThrownBy(() -> opener.open(frame, 2, frame.length - 2, new byte[19], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> opener.open(frame, 3, frame.length - 2, new byte[20], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Records.open(opener, frame)).hasSize(20);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void theCounterNeverReaches2To64Minus1(CipherSuite suite) throws Exception {
        var start = Long.parseUnsignedLong("18446744073709551613"); // 2^64-3
        var sealer = RecordSealer.startingAt(suite, key, start);
        var opener = RecordOpener.startingAt(suite, key, start);
        var frames = new byte[2][];
        for (var i = 0; i < 2; i++) {
            var plaintext = bytes(33);
            frames[i] = Records.seal(sealer, plaintext);
            assertThat(Records.open(opener, frames[i])).isEqualTo(plaintext);
        }
        assertThat(Long.toUnsignedString(sealer.counter())).isEqualTo("18446744073709551615");
        for (var i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sealer.begin(new byte[100], 0))
                    .asInstanceOf(InstanceOfAssertFactories.type(RecordException.class))
                    .extracting(RecordException::kind)
                    .isEqualTo(RecordException.Kind.EXHAUSTED);
        }
        assertThatThrownBy(() -> sealer.add(new byte[1], 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertRefused(opener, frames[1], RecordException.Kind.EXHAUSTED);
        assertRefused(opener, frames[1], RecordException.Kind.DEAD);
        // Nothing wrapped: the first counter's record does not open at the end.
        var zero = Records.seal(RecordSealer.startingAt(suite, key, 0), bytes(33));
        assertRefused(
                RecordOpener.startingAt(suite, key, -1), zero, RecordException.Kind.EXHAUSTED);
    }

    private static void assertRefused(
            RecordOpener opener, byte[] frame, RecordException.Kind kind) {
        assertThatThrownBy(() -> Records.open(opener, frame))
                .asInstanceOf(InstanceOfAssertFactories.type(RecordException.class))
                .extracting(RecordException::kind)
                .isEqualTo(kind);
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
