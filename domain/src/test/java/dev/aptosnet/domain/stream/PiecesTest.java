package dev.aptosnet.domain.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class PiecesTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    @Test
    void theReferenceSendsWholeUpToAChunkAndCutsExactlyAboveIt() {
        var pieces = Pieces.legacy(128, 16_320);
        assertThat(pieces.numFragments(63)).isZero();
        assertThat(pieces.numFragments(64)).isZero();
        assertThat(pieces.numFragments(65)).isEqualTo(1);
        assertThat(pieces.numFragments(128)).isEqualTo(1);
        assertThat(pieces.numFragments(129)).isEqualTo(2);
        assertThat(pieces.pieceBytes(129)).isEqualTo(64);
        assertThat(pieces.numFragments(16_320)).isEqualTo(254);
        assertThat(Pieces.legacy(4 * MIB, 64 * MIB).numFragments(64 * MIB)).isEqualTo(16);
    }

    @Test
    void aConfigurationThatCannotCarryItsLargestMessageIsRefusedByName() {
        assertThatThrownBy(() -> Pieces.legacy(128, 64 * 255 + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CONFIG_INVALID")
                .hasMessageContaining("max_message_size");
        assertThatThrownBy(() -> Pieces.legacy(64, 1)).hasMessageContaining("max_frame_size");
        assertThat(Pieces.legacy(128, 64 * 255).accepts(64 * 255)).isTrue();
    }

    @Test
    void aMessageAboveTheLimitIsNotAccepted() {
        var pieces = Pieces.legacy(128, 1_000);
        assertThat(pieces.accepts(1_000)).isTrue();
        assertThat(pieces.accepts(1_001)).isFalse();
        assertThatThrownBy(() -> pieces.numFragments(1_001))
                .hasMessageContaining("max_message_size: 1000");
    }

    @Test
    void towardsAnUnmodifiedPeerPiecesAreASeventeenthOfTheMessage() {
        var pieces = Pieces.adaptive(4 * MIB, 64 * MIB, 64 * KIB, false);
        assertThat(pieces.pieceBytes(64 * MIB)).isEqualTo(Math.ceilDiv(64 * MIB, 17));
        assertThat(pieces.numFragments(64 * MIB)).isEqualTo(16);
        assertThat(pieces.pieceBytes(4 * MIB)).isEqualTo(Math.ceilDiv(4 * MIB, 17));
        assertThat(pieces.pieceBytes(100 * KIB)).isEqualTo(64 * KIB);
        assertThat(pieces.numFragments(64 * KIB)).isZero();
    }

    @Test
    void towardsOurOwnPiecesAreAsSmallAsConfiguredHoweverLargeTheMessage() {
        var pieces = Pieces.adaptive(4 * MIB, 64 * MIB, 64 * KIB, true);
        assertThat(pieces.pieceBytes(64 * MIB)).isEqualTo(64 * KIB);
        assertThat(pieces.numFragments(64 * MIB)).isEqualTo(1023);
        assertThat(pieces.pieceBytes(4 * MIB)).isEqualTo(64 * KIB);
    }

    @Test
    void moreFragmentsThanAHeaderAnnouncesAreNeverOfLessThanAKibibyte() {
        var pieces = Pieces.adaptive(4 * MIB, 64 * MIB, 16, true);
        assertThat(pieces.pieceBytes(255 * 1000)).as("announced").isEqualTo(997);
        assertThat(pieces.pieceBytes(64 * MIB)).isEqualTo(1024);
        assertThat(pieces.numFragments(64 * MIB)).isEqualTo(65_535);
    }

    @Test
    void everyPlanCoversThePayloadWithinTheLimitsOfFrameAndFragments() {
        var seed = 42L;
        var random = new SplittableRandom(seed);
        for (var i = 0; i < 10_000; i++) {
            var frame = 65 + random.nextInt(5_000);
            var message = 1 + random.nextInt((frame - Pieces.HEAD_ROOM) * 255);
            var many = random.nextBoolean();
            var pieces =
                    random.nextInt(3) == 0
                            ? Pieces.legacy(frame, message)
                            : Pieces.adaptive(frame, message, 1 + random.nextInt(9_000), many);
            var length = random.nextInt(message + 1);
            var piece = pieces.pieceBytes(length);
            var fragments = pieces.numFragments(length);
            assertThat(piece).as("seed %d, %d", seed, i).isLessThanOrEqualTo(frame - 64);
            if (fragments > 255) {
                assertThat(many).isTrue();
                assertThat(piece).isGreaterThanOrEqualTo(Pieces.MIN_LONG_PIECE);
            }
            if (fragments == 0) {
                assertThat(piece).isEqualTo(length);
            } else {
                var last = length - fragments * piece;
                assertThat(last).as("seed %d, %d", seed, i).isBetween(1, piece);
                // Above what the peer accepts only where its own limits leave no other cut.
                if (fragments > pieces.maxFragments()) {
                    assertThat(piece).isEqualTo(frame - 64);
                }
            }
        }
    }
}
