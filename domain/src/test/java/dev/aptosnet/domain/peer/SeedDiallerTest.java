package dev.aptosnet.domain.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Random;

class SeedDiallerTest {
    private static final MonoTime START = new MonoTime(0);

    private final PeerId peer = PeerId.parse("0x1");
    private final NetworkAddress first = NetworkAddress.parse("/memory/1");
    private final NetworkAddress second = NetworkAddress.parse("/memory/2");
    private final SeedDialler dialler =
            new SeedDialler(Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(7), 0);

    @Test
    void aSeedIsDialledAtOnceAndNotAgainWhileTheDialRuns() {
        dialler.seed(START, peer, List.of(first));
        assertThat(dialler.due(START))
                .containsExactly(new SeedDialler.Dial(new DialId(0), peer, first));
        assertThat(dialler.due(START.plus(Duration.ofHours(1)))).isEmpty();
        assertThat(dialler.nextDeadline()).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void aFailedDialWaitsLongerEachTimeUpToTheCapAndTakesTheNextAddress() {
        dialler.seed(START, peer, List.of(first, second));
        var now = START;
        var expected = List.of(first, second, first, second, first, second, first, second, first);
        for (var i = 0; i < expected.size(); i++) {
            var dial = dialler.due(now).getFirst();
            assertThat(dial.address()).isEqualTo(expected.get(i));
            dialler.dialEnded(now, dial.id(), false);
            var longest = Math.min(60.0, Math.pow(2, i));
            assertThat(dialler.nextDeadline().since(now).toMillis() / 1000.0)
                    .isBetween(longest / 2, longest);
            now = dialler.nextDeadline();
        }
    }

    @Test
    void aConnectedPeerIsNotDialledAndALostOneIsDialledAgain() {
        dialler.seed(START, peer, List.of(first));
        dialler.connected(peer);
        assertThat(dialler.due(START)).isEmpty();
        dialler.disconnected(START, peer);
        assertThat(dialler.due(dialler.nextDeadline())).hasSize(1);
    }
}
