package dev.aptosnet.domain.peer;

import static dev.aptosnet.ports.model.Origin.INBOUND;
import static dev.aptosnet.ports.model.Origin.OUTBOUND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;

class TieBreakTest {
    private final PeerId lower = PeerId.parse("7f" + "00".repeat(31));
    private final PeerId greater = PeerId.parse("80" + "00".repeat(31));

    @Test
    void theConnectionDialedByTheGreaterPeerStaysAtBothEnds() {
        assertThat(TieBreak.decide(lower, greater, INBOUND, OUTBOUND)).isEqualTo(TieBreak.DROP_NEW);
        assertThat(TieBreak.decide(greater, lower, OUTBOUND, INBOUND)).isEqualTo(TieBreak.DROP_NEW);
        assertThat(TieBreak.decide(lower, greater, OUTBOUND, INBOUND))
                .isEqualTo(TieBreak.DROP_EXISTING);
        assertThat(TieBreak.decide(greater, lower, INBOUND, OUTBOUND))
                .isEqualTo(TieBreak.DROP_EXISTING);
    }

    @Test
    void ofTwoConnectionsFromTheSameEndTheNewerStays() {
        for (var origin : Origin.values()) {
            assertThat(TieBreak.decide(lower, greater, origin, origin))
                    .isEqualTo(TieBreak.DROP_EXISTING);
            assertThat(TieBreak.decide(greater, lower, origin, origin))
                    .isEqualTo(TieBreak.DROP_EXISTING);
        }
    }
}
