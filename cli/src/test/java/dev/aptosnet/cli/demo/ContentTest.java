package dev.aptosnet.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.Test;

import java.util.List;

class ContentTest {
    @Test
    void aChunkIsRecognisedInPiecesAndWithOneBitFlippedIsNot() {
        var chunk = Chunk.of(3, 10_000);
        var answer = Chunk.answer(chunk.request(), 10_000);
        assertThat(chunk.isContent(answer)).isTrue();
        assertThat(
                        chunk.isContent(
                                Bytes.concat(List.of(answer.slice(0, 9), answer.slice(9, 10_000)))))
                .isTrue();
        var flipped = answer.toByteArray();
        flipped[9_999] ^= 1;
        assertThat(chunk.isContent(Bytes.wrap(flipped))).isFalse();
        assertThat(chunk.isContent(answer.slice(0, 9_999))).isFalse();
        assertThat(chunk.isContent(Chunk.answer(Chunk.of(4, 10_000).request(), 10_000))).isFalse();
    }

    @Test
    void aRequestForTooMuchIsRefused() {
        var request = new Chunk(3, 10_001, Bytes.EMPTY).request();
        assertThatThrownBy(() -> Chunk.answer(request, 10_000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Chunk.answer(Bytes.EMPTY, 10_000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNoteComesBackAndAChangedOneIsRefused() {
        var note = new Note(2, 77, 123_456_789L);
        var bytes = note.encode(256);
        assertThat(Note.decode(bytes, 256)).isEqualTo(note);
        assertThatThrownBy(() -> Note.decode(bytes, 257))
                .isInstanceOf(IllegalArgumentException.class);
        var changed = bytes.toByteArray();
        changed[255] ^= 1;
        assertThatThrownBy(() -> Note.decode(Bytes.wrap(changed), 256))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLoadDoesNotGrowWithTheNodes() {
        for (var nodes : List.of(2, 4, 16, 140, 256)) {
            var settings =
                    new DemoSettings(
                            nodes,
                            java.time.Duration.ofSeconds(1),
                            DemoTransport.TCP,
                            dev.aptosnet.ports.model.CipherSuite.AESGCM,
                            true);
            var votes = 1e9 / settings.voteInterval().toNanos() * nodes * (nodes - 1);
            assertThat(votes).isBetween(90.0, 2001.0);
        }
    }
}
