package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a peer gets whose frames cannot be read. */
class ErrorReplyTest extends ConnectionTestBase {
    @Test
    @DisplayName("PM-06: an undecodable frame is answered with its first two bytes, and it stays")
    void undecodableFrameIsAnsweredWithItsFirstTwoBytes() {
        receive(new byte[] {(byte) 255, 111});
        receive(new byte[] {5});
        receive(new byte[0]);
        var frames = written();
        assertThat(frames)
                .containsExactly(
                        new byte[] {0, 0, 0, (byte) 255, 111},
                        new byte[] {0, 0, 0, 5, 0},
                        new byte[] {0, 0, 0, 0, 0});
        assertThat(peer.count(Observation.FRAME_UNDECODABLE)).isEqualTo(3);
        receive(directSend(SEND, text("still here")));
        assertThat(peer.directSends).hasSize(1);
    }

    @Test
    void errorIsNeverAnswered() {
        receive(frame(out -> FrameHead.parsingError(out, (byte) 1, (byte) 2), Bytes.EMPTY));
        receive(frame(out -> FrameHead.rpcNotSupported(out, 14), Bytes.EMPTY));
        receive(frame(out -> FrameHead.directSendNotSupported(out, 13), Bytes.EMPTY));
        assertThat(written()).isEmpty();
        assertThat(peer.count(Observation.ERROR_IN_PARSING)).isEqualTo(1);
        assertThat(peer.count(Observation.ERROR_IN_REQUEST_NOT_SUPPORTED)).isEqualTo(1);
        assertThat(peer.count(Observation.ERROR_IN_DIRECT_SEND_NOT_SUPPORTED)).isEqualTo(1);
    }

    @Test
    void errorRepliesThatNobodyReadsAreBounded() {
        for (var i = 0; i < 100_000; i++) {
            receive(new byte[] {(byte) 255, 1});
        }
        assertThat(written()).hasSize(Replies.MAX_ERRORS);
        assertThat(peer.count(Observation.ERROR_OUT_DROPPED))
                .isEqualTo(100_000 - Replies.MAX_ERRORS);
    }
}
