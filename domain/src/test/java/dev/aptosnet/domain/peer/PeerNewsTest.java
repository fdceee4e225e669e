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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

class PeerNewsTest {
    private static final DisconnectReason CLOSED = DisconnectReason.CONNECTION_CLOSED;

    private final PeerNews news = new PeerNews();

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
    @DisplayName("Q-17 up, down, up, down before any taking: the peer is not mentioned")
    void aPeerThatCameAndWentUnheardIsNotMentioned() {
        assertThat(news.put(up(1, 1))).isTrue();
        assertThat(news.put(down(1, 1))).isFalse();
        assertThat(news.put(up(1, 2))).isTrue();
        assertThat(news.put(down(1, 2))).isFalse();
        assertThat(news.take()).isEmpty();
    }

    @Test
    @DisplayName("Q-17 down, up, down of a heard peer: the last down alone")
    void aHeardPeerThatFlappedIsDown() {
        news.put(up(1, 1));
        news.take();
        news.put(down(1, 1));
        news.put(up(1, 2));
        news.put(down(1, 2));
        assertThat(news.take()).contains(down(1, 2));
        assertThat(news.take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatAListenerHearsOfEachPeerFitsWhateverItsPace(long seed) {
        var random = new SplittableRandom(seed);
        var connections = new TreeMap<Integer, Integer>();
        var believed = new TreeSet<PeerId>();
        var next = 1;
        for (var step = 0; step < 5_000; step++) {
            var peer = 1 + random.nextInt(6);
            var there = connections.get(peer);
            if (there == null) {
                connections.put(peer, next);
                news.put(up(peer, next++));
            } else if (random.nextBoolean()) {
                connections.put(peer, next);
                news.put(new Event.Replaced(info(peer, there), info(peer, next++)));
            } else {
                connections.remove(peer);
                news.put(down(peer, there));
            }
            if (random.nextInt(4) == 0) {
                news.take().ifPresent(event -> hear(seed, believed, event));
            }
        }
        for (var event = news.take(); event.isPresent(); event = news.take()) {
            hear(seed, believed, event.get());
        }
        assertThat(believed)
                .as("seed %d: ups less downs", seed)
                .containsExactlyElementsOf(
                        connections.keySet().stream()
                                .map(p -> info(p, 0).peer())
                                .sorted()
                                .toList());
    }

    private static void hear(long seed, Set<PeerId> believed, Event event) {
        switch (event) {
            case Event.Up(var peer) ->
                    assertThat(believed.add(peer.peer())).as("seed %d: %s", seed, event).isTrue();
            case Event.Replaced(_, var peer) ->
                    assertThat(believed).as("seed %d: %s", seed, event).contains(peer.peer());
            case Event.Down(var peer, _) ->
                    assertThat(believed.remove(peer.peer()))
                            .as("seed %d: %s", seed, event)
                            .isTrue();
        }
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
        assertThat(news.take()).contains(up(1, 1));
        news.put(down(1, 1));
        assertThat(news.take()).contains(up(2, 2));
        assertThat(news.take()).contains(up(3, 3));
        assertThat(news.take()).contains(down(1, 1));
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
        assertThat(news.take()).contains(down(99, 99));
        assertThat(news.take()).isEmpty();
    }
}
