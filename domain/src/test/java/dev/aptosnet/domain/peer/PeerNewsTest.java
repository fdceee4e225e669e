package dev.aptosnet.domain.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.PeerNews.Event;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.LinkInfo.SetupTimes;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Set;

class PeerNewsTest {
    private static final DisconnectReason CLOSED = DisconnectReason.CONNECTION_CLOSED;

    private final PeerNews news = new PeerNews(4);

    private static PeerInfo info(int peer, int connection) {
        return new PeerInfo(
                NetworkId.PUBLIC,
                PeerId.parse(String.valueOf(peer)),
                new ConnectionId(connection),
                PeerRole.UNKNOWN,
                NetworkAddress.parse("/ip4/10.0.0.1/tcp/6180"),
                Origin.INBOUND,
                "tcp",
                CipherSuite.AESGCM,
                Set.of(),
                new SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    private static Event up(int peer, int connection) {
        return new Event.Up(info(peer, connection));
    }

    private static Event down(int peer, int connection) {
        return new Event.Down(info(peer, connection), CLOSED);
    }

    @Test
    @DisplayName(
            "Q-17 New, Lost, New, Lost before any receive give exactly one event, the last Lost")
    void sendManyGetOne() {
        assertThat(news.put(up(1, 1))).isTrue();
        assertThat(news.put(down(1, 1))).isFalse();
        assertThat(news.put(up(1, 2))).isFalse();
        assertThat(news.put(down(1, 2))).isFalse();
        assertThat(news.take()).contains(down(1, 2));
        assertThat(news.take()).isEmpty();
    }

    @Test
    void aListenerThatKeepsUpHearsEverything() {
        for (var connection = 1; connection <= 3; connection++) {
            assertThat(news.put(up(1, connection))).isTrue();
            assertThat(news.take()).contains(up(1, connection));
            assertThat(news.put(down(1, connection))).isTrue();
            assertThat(news.take()).contains(down(1, connection));
        }
    }

    @Test
    void peersDoNotDisplaceEachOtherAndTheOneThatHasWaitedLongestIsFirst() {
        news.put(up(1, 1));
        news.put(up(2, 2));
        news.put(up(3, 3));
        news.put(down(1, 1));
        assertThat(news.take()).contains(down(1, 1));
        assertThat(news.take()).contains(up(2, 2));
        assertThat(news.take()).contains(up(3, 3));
    }

    @Test
    void aPeerThatLeftAndCameBackUnheardWasReplaced() {
        news.put(up(1, 1));
        news.take();
        news.put(down(1, 1));
        news.put(up(1, 2));
        assertThat(news.take()).contains(new Event.Replaced(info(1, 1), info(1, 2)));
    }

    @Test
    void aReplacementOfWhatWasNeverHeardIsNew() {
        news.put(up(1, 1));
        news.put(new Event.Replaced(info(1, 1), info(1, 2)));
        assertThat(news.take()).contains(up(1, 2));
        news.put(new Event.Replaced(info(1, 2), info(1, 3)));
        news.put(new Event.Replaced(info(1, 3), info(1, 4)));
        assertThat(news.take()).contains(new Event.Replaced(info(1, 2), info(1, 4)));
    }

    @Test
    void strangersThatComeAndGoFillNothingAndWhatWasHeardIsNeverLeftOut() {
        news.put(up(99, 99));
        news.take();
        for (var stranger = 1; stranger <= 50; stranger++) {
            news.put(up(stranger, stranger));
            news.put(down(stranger, stranger));
        }
        news.put(down(99, 99));
        for (var stranger = 1; stranger < 4; stranger++) {
            assertThat(news.take()).contains(down(stranger, stranger));
        }
        assertThat(news.take()).contains(down(99, 99));
        assertThat(news.take()).isEmpty();
    }
}
