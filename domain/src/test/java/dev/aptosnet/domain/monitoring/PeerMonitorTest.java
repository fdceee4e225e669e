package dev.aptosnet.domain.monitoring;

import static dev.aptosnet.domain.monitoring.Infos.id;
import static dev.aptosnet.domain.monitoring.Infos.info;
import static dev.aptosnet.domain.monitoring.RequestKind.LATENCY_PING;
import static dev.aptosnet.domain.monitoring.RequestKind.NETWORK_INFORMATION;
import static dev.aptosnet.domain.monitoring.RequestKind.NODE_INFORMATION;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.monitoring.Asked.Peer;
import dev.aptosnet.domain.monitoring.Asked.Reply;
import dev.aptosnet.domain.monitoring.PeerMonitor.Effect;
import dev.aptosnet.domain.monitoring.PeerMonitor.Event;
import dev.aptosnet.ports.client.ConnectionState;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.MonitoringSettings.Asking;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * The monitor with the values of unmodified nodes, and without delays unless a test is about them.
 */
class PeerMonitorTest {
    private static final MonitoringSettings PROMPT =
            MonitoringSettings.DEFAULT.withPace(
                    Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private final PeerId peer = id(1);
    private final PeerInfo validator = info(NetworkId.VALIDATOR, 1, PeerRole.VALIDATOR);
    private Asked world = new Asked(PROMPT, NetworkId.VALIDATOR, true);

    private static NodeInformation node(long version) {
        return new NodeInformation(Map.of(), 1, version, 3, 4, Duration.ofSeconds(version));
    }

    private void runTo(int second) {
        world.run(new MonoTime(0).plus(Duration.ofSeconds(second)).since(world.now));
    }

    private static Reply pong(Effect.Ask ask, long more) {
        var asked = ((MonitoringRequest.LatencyPing) ask.request()).counter();
        return Reply.of(new MonitoringResponse.LatencyPing(asked + more));
    }

    private static Reply network(long distance) {
        return Reply.of(new MonitoringResponse.Network(new NetworkInformation(Map.of(), distance)));
    }

    /** Answers everything well; distances and versions rise with each answer. */
    private static final Peer WELL =
            (ask, number) ->
                    switch (ask.kind()) {
                        case LATENCY_PING -> pong(ask, 0);
                        case NETWORK_INFORMATION -> network(2 + number);
                        case NODE_INFORMATION ->
                                Reply.of(new MonitoringResponse.Node(node(number)));
                    };

    private static Optional<Long> distance(PeerMonitoring known) {
        return known.network().map(NetworkInformation::distanceFromValidators);
    }

    @Test
    @DisplayName("MC-02 a wrong counter records nothing; ten good answers give their mean")
    void latency() {
        world.peers = (ask, number) -> ask.kind() == LATENCY_PING ? pong(ask, 1) : null;
        world.connect(validator);
        world.run(Duration.ofSeconds(1));
        assertThat(world.known(peer).averageLatency()).isEmpty();
        assertThat(world.effects(Effect.Failed.class))
                .contains(
                        new Effect.Failed(peer, LATENCY_PING, MonitoringFailure.WRONG_COUNTER, 1));

        world.peers =
                (ask, number) ->
                        ask.request() instanceof MonitoringRequest.LatencyPing(var counter)
                                ? Reply.in(
                                        Duration.ofMillis(100L * number),
                                        new MonitoringResponse.LatencyPing(counter))
                                : null;
        world.run(Duration.ofSeconds(10 * 21));
        assertThat(world.counters(peer)).hasSize(11);
        assertThat(world.known(peer).averageLatency()).contains(Duration.ofMillis(550));
        assertThat(world.known(peer).latestLatency()).contains(Duration.ofSeconds(1));
        assertThat(world.failures(peer, LATENCY_PING)).isZero();
    }

    @Test
    @DisplayName("MC-05 each valid node information takes the place of the one before")
    void nodeInformation() {
        world.peers = WELL;
        world.connect(validator);
        for (var i = 0; i < 10; i++) {
            world.run(Duration.ofSeconds(1));
            assertThat(world.known(peer).node()).contains(node(i));
            world.run(Duration.ofSeconds(15)); // asked at the first look after 15 s
        }
    }

    @Test
    @DisplayName("MC-06 all kinds are asked in the first round, then each in its interval")
    void loop() {
        world.peers = WELL;
        world.connect(validator);
        world.run(Duration.ZERO);
        assertThat(world.asks)
                .extracting(Effect.Ask::kind)
                .containsExactlyInAnyOrder(LATENCY_PING, NETWORK_INFORMATION, NODE_INFORMATION);
        assertThat(world.counters(peer)).containsExactly(0L);
        world.run(Duration.ofSeconds(21));
        assertThat(world.counters(peer)).containsExactly(0L, 1L);
        assertThat(world.asks(peer, NETWORK_INFORMATION)).hasSize(1);
        world.run(Duration.ofSeconds(41));
        assertThat(world.asks(peer, NETWORK_INFORMATION)).hasSize(2);
        assertThat(world.known(peer).latestLatency()).contains(Duration.ofMillis(1));
        assertThat(distance(world.known(peer))).contains(3L);
        for (var kind : RequestKind.values()) {
            assertThat(world.failures(peer, kind)).isZero();
        }
    }

    @Test
    @DisplayName("MC-07 the store follows the averages, then the distance")
    void updates() {
        var everySecond = new Asking(Duration.ofMillis(1), Duration.ofSeconds(20));
        world =
                new Asked(
                        PROMPT.withAsking(everySecond, everySecond, everySecond)
                                .withPace(
                                        Duration.ZERO,
                                        Duration.ofSeconds(20),
                                        Duration.ofSeconds(20)),
                        NetworkId.VALIDATOR,
                        true);
        var seconds = List.of(1, 11, 9, 7);
        world.peers =
                (ask, number) ->
                        switch (ask.request()) {
                            case MonitoringRequest.LatencyPing(var counter) when number < 4 ->
                                    Reply.in(
                                            Duration.ofSeconds(seconds.get(number)),
                                            new MonitoringResponse.LatencyPing(counter));
                            case MonitoringRequest.GetNetworkInformation _ ->
                                    number < 4 ? null : network(number);
                            default -> null;
                        };
        world.connect(validator);
        assertThat(world.stored(peer)).isEqualTo(PeerMonitoring.NONE);
        for (var average : List.of(1, 6, 7, 7)) {
            world.run(Duration.ofSeconds(20));
            assertThat(world.stored(peer).averageLatency()).contains(Duration.ofSeconds(average));
            assertThat(world.stored(peer).network()).isEmpty();
        }
        for (var distance = 4L; distance < 8; distance++) {
            world.run(Duration.ofSeconds(20));
            assertThat(distance(world.stored(peer))).contains(distance);
            assertThat(world.stored(peer).averageLatency()).contains(Duration.ofSeconds(7));
        }
    }

    @Test
    @DisplayName("MC-08 the counters of twenty pings rise by one, and ten round trips are kept")
    void pings() {
        world.peers =
                (ask, number) ->
                        ask.request() instanceof MonitoringRequest.LatencyPing(var counter)
                                ? Reply.in(
                                        Duration.ofMillis(number),
                                        new MonitoringResponse.LatencyPing(counter))
                                : null;
        world.connect(validator);
        world.run(Duration.ofSeconds(19 * 21 + 1));
        assertThat(world.counters(peer))
                .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
        // Of the round trips 10 to 19 ms: those before are forgotten.
        assertThat(world.known(peer).averageLatency()).contains(Duration.ofNanos(14_500_000));
    }

    @Test
    @DisplayName("MC-09 each of twenty network informations takes the place of the one before")
    void networkInformation() {
        world.peers = WELL;
        world.connect(validator);
        for (var i = 0; i < 20; i++) {
            world.run(Duration.ofSeconds(1));
            assertThat(distance(world.known(peer))).contains(2L + i);
            world.run(Duration.ofSeconds(60));
        }
    }

    @Test
    @DisplayName("MC-10 each of twenty node informations is asked for in turn and kept")
    void nodeInformationRequests() {
        world.peers = WELL;
        world.connect(validator);
        world.run(Duration.ofSeconds(19 * 16 + 1));
        assertThat(world.asks(peer, NODE_INFORMATION)).hasSize(20);
        assertThat(world.known(peer).node()).contains(node(19));
    }

    @Test
    @DisplayName("MC-11 errors, oversized answers and silence count; the good answer stays")
    void failures() {
        var huge = Bytes.wrap(new byte[2 + PROMPT.maxResponseBytes() + 1]);
        world.peers =
                (ask, number) -> {
                    if (ask.kind() != NODE_INFORMATION) {
                        return WELL.answer(ask, number);
                    }
                    if (number == 0 || number == 16) {
                        return Reply.of(new MonitoringResponse.Node(node(number)));
                    }
                    return number <= 5
                            ? Reply.of(new MonitoringResponse.Internal("broken"))
                            : number <= 10 ? new Reply(huge, Duration.ofMillis(1)) : null;
                };
        world.connect(validator);
        for (var failures = 1; failures <= 15; failures++) {
            // Asked every 16 s, at the first look after 15; silence takes 10 s more to be noticed.
            runTo(16 * failures + (failures <= 10 ? 1 : 11));
            assertThat(world.failures(peer, NODE_INFORMATION)).isEqualTo(failures);
            assertThat(world.known(peer).node()).contains(node(0));
        }
        runTo(16 * 16 + 1);
        assertThat(world.failures(peer, NODE_INFORMATION)).isZero();
        assertThat(world.known(peer).node()).contains(node(16));
        assertThat(world.effects(Effect.Failed.class))
                .extracting(Effect.Failed::why)
                .containsSubsequence(
                        MonitoringFailure.ERROR_ANSWER,
                        MonitoringFailure.TOO_LARGE,
                        MonitoringFailure.TIMED_OUT);
        assertThat(world.effects(Effect.Disconnect.class)).isEmpty();
    }

    @Test
    @DisplayName("MC-12 peers on three networks are kept apart, those on their way out as well")
    void threeNetworks() {
        for (var network : NetworkId.values()) {
            world = new Asked(PROMPT, network, network == NetworkId.VALIDATOR);
            world.peers = WELL;
            var info = info(network, 1, PeerRole.VALIDATOR);
            world.connect(info);
            world.run(Duration.ofSeconds(5));
            assertThat(world.stored(peer).averageLatency()).contains(Duration.ofMillis(1));
            assertThat(distance(world.stored(peer))).contains(2L);
            if (network != NetworkId.PUBLIC) {
                world.store =
                        world.store.with(
                                new PeerOnNetwork(network, peer), ConnectionState.DISCONNECTING);
            }
            world.run(Duration.ofSeconds(66));
            assertThat(distance(world.stored(peer))).contains(3L);
            for (var other : NetworkId.values()) {
                assertThat(world.store.all(other)).hasSize(other == network ? 1 : 0);
            }
        }
    }

    @Test
    @DisplayName("MC-13 each of two full nodes is pinged once an interval")
    void pingsOfSeveral() {
        world = new Asked(PROMPT, NetworkId.PUBLIC, false);
        everyPeerIsAskedOnceAnInterval(NetworkId.PUBLIC, 2, LATENCY_PING, 21);
    }

    @Test
    @DisplayName("MC-14 each of three validators is asked for network information once an interval")
    void networkInformationOfSeveral() {
        everyPeerIsAskedOnceAnInterval(NetworkId.VALIDATOR, 3, NETWORK_INFORMATION, 61);
        for (var i = 1; i <= 3; i++) {
            assertThat(distance(world.stored(id(i)))).contains(11L);
        }
    }

    @Test
    @DisplayName("MC-15 each of three validators is asked for node information once an interval")
    void nodeInformationOfSeveral() {
        everyPeerIsAskedOnceAnInterval(NetworkId.VALIDATOR, 3, NODE_INFORMATION, 16);
        for (var i = 1; i <= 3; i++) {
            assertThat(world.known(id(i)).node()).contains(node(9));
        }
    }

    /**
     * @param seconds from one request to the next: the first look after more than the interval
     */
    private void everyPeerIsAskedOnceAnInterval(
            NetworkId network, int peers, RequestKind kind, int seconds) {
        world.peers = WELL;
        for (var i = 1; i <= peers; i++) {
            world.connect(info(network, i, PeerRole.VALIDATOR));
        }
        world.run(Duration.ofSeconds(6));
        for (var interval = 1; interval <= 10; interval++) {
            for (var i = 1; i <= peers; i++) {
                assertThat(world.asks(id(i), kind)).hasSize(interval);
            }
            if (interval < 10) {
                world.run(Duration.ofSeconds(seconds));
            }
        }
    }

    @Test
    @DisplayName("MC-16 the third failed ping in a row disconnects the peer")
    void disconnect() {
        world.peers = (ask, number) -> ask.kind() == LATENCY_PING ? null : WELL.answer(ask, number);
        world.connect(validator);
        world.run(Duration.ofSeconds(2 * 21 + 19));
        assertThat(world.failures(peer, LATENCY_PING)).isEqualTo(2);
        assertThat(world.effects(Effect.Disconnect.class)).isEmpty();
        world.run(Duration.ofSeconds(2));
        assertThat(world.effects(Effect.Disconnect.class))
                .containsExactly(new Effect.Disconnect(peer, validator.connection(), 3));
    }

    @Test
    @DisplayName("MC-17 with the option off eight failed pings disconnect nobody")
    void onlyReported() {
        world = new Asked(PROMPT.withDisconnect(false), NetworkId.VALIDATOR, true);
        world.connect(validator);
        world.run(Duration.ofSeconds(8 * 21));
        assertThat(world.failures(peer, LATENCY_PING)).isGreaterThanOrEqualTo(8);
        assertThat(world.effects(Effect.Disconnect.class)).isEmpty();
    }

    @Test
    @DisplayName("X-13 the first look is made at once, however long the interval is")
    void atOnce() {
        world =
                new Asked(
                        PROMPT.withPace(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1)),
                        NetworkId.VALIDATOR,
                        true);
        world.connect(validator);
        assertThat(world.asks).hasSize(3);
    }

    @Test
    void requestsAreSpreadAndTheDelayIsNotMeasured() {
        world = new Asked(MonitoringSettings.DEFAULT, NetworkId.VALIDATOR, true);
        world.peers = WELL;
        for (var i = 1; i <= 100; i++) {
            world.connect(info(NetworkId.VALIDATOR, i, PeerRole.VALIDATOR));
        }
        assertThat(world.asks).hasSizeLessThan(10);
        world.run(Duration.ofMillis(500));
        assertThat(world.asks).hasSizeBetween(75, 225);
        world.run(Duration.ofMillis(600));
        assertThat(world.asks).hasSize(300);
        for (var i = 1; i <= 100; i++) {
            assertThat(world.known(id(i)).latestLatency()).contains(Duration.ofMillis(1));
        }
    }

    @Test
    void answersThatDoNotFitTheQuestionAreFailures() {
        world.peers =
                (ask, number) ->
                        switch (ask.kind()) {
                            case LATENCY_PING -> network(2);
                            case NETWORK_INFORMATION -> network(101);
                            case NODE_INFORMATION ->
                                    new Reply(Bytes.hex("0100"), Duration.ofMillis(1));
                        };
        world.connect(validator);
        world.run(Duration.ofSeconds(1));
        assertThat(world.effects(Effect.Failed.class))
                .containsExactlyInAnyOrder(
                        new Effect.Failed(peer, LATENCY_PING, MonitoringFailure.WRONG_ANSWER, 1),
                        new Effect.Failed(
                                peer,
                                NETWORK_INFORMATION,
                                MonitoringFailure.IMPLAUSIBLE_DISTANCE,
                                1),
                        new Effect.Failed(peer, NODE_INFORMATION, MonitoringFailure.MALFORMED, 1));
        assertThat(world.known(peer)).isEqualTo(PeerMonitoring.NONE);
    }

    @Test
    void aRequestThatWasNotSentCountsAsFailure() {
        world.connect(validator);
        for (var ask : List.copyOf(world.asks)) {
            world.on(new Event.NotAsked(ask));
            world.on(new Event.TimedOut(ask)); // of no consequence any more
        }
        assertThat(world.effects(Effect.Failed.class))
                .extracting(Effect.Failed::why)
                .containsExactly(
                        MonitoringFailure.NOT_ASKED,
                        MonitoringFailure.NOT_ASKED,
                        MonitoringFailure.NOT_ASKED);
        assertThat(world.failures(peer, LATENCY_PING)).isEqualTo(1);
        world.run(Duration.ofSeconds(21));
        assertThat(world.counters(peer)).containsExactly(0L, 1L);
    }

    @Test
    void threePingsThatCouldNotBeSentDisconnectThePeer() {
        world.connect(validator);
        for (var failures = 1; failures <= 3; failures++) {
            world.on(new Event.NotAsked(world.asks(peer, LATENCY_PING).getLast()));
            if (failures < 3) {
                assertThat(world.effects(Effect.Disconnect.class)).isEmpty();
                world.run(Duration.ofSeconds(21));
            }
        }
        assertThat(world.effects(Effect.Disconnect.class))
                .containsExactly(new Effect.Disconnect(peer, validator.connection(), 3));
    }

    @Test
    void aQuestionWhoseOutcomeWasLostIsAskedAgain() {
        var machine = new PeerMonitor(PROMPT, NetworkId.VALIDATOR, true, new Random(7));
        var now = new MonoTime(0);
        machine.on(now, new Event.Connected(peer, validator.connection(), PeerRole.VALIDATOR));
        now = now.plus(Duration.ofSeconds(49));
        assertThat(pings(machine.on(now, new Event.TimeReached()))).isZero();
        now = now.plus(Duration.ofSeconds(1));
        assertThat(pings(machine.on(now, new Event.TimeReached()))).isEqualTo(1);
        assertThat(machine.failures(peer, LATENCY_PING)).isZero();
    }

    private static long pings(List<Effect> effects) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Ask ask && ask.kind() == LATENCY_PING)
                .count();
    }

    @Test
    void aPeerThatComesBackStartsAfresh() {
        world.peers = WELL;
        world.connect(validator);
        world.run(Duration.ofSeconds(1));
        var old = world.asks.getFirst();
        world.lose(validator);
        assertThat(world.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(world.known(peer)).isEqualTo(PeerMonitoring.NONE);
        world.peers = (_, _) -> null;
        world.connect(validator);
        world.on(new Event.TimedOut(old));
        assertThat(world.failures(peer, old.kind())).isZero();
        assertThat(world.counters(peer)).containsExactly(0L, 0L);
        assertThat(world.asks).hasSize(6);
    }

    @Test
    void aReplacedConnectionKeepsCountersFailuresAndStartTimes() {
        world.peers = (ask, number) -> ask.kind() == LATENCY_PING ? null : WELL.answer(ask, number);
        world.connect(validator);
        world.run(Duration.ofSeconds(22)); // the first ping has failed, the second is under way
        var before = world.known(peer);
        assertThat(world.counters(peer)).containsExactly(0L, 1L);
        assertThat(world.failures(peer, LATENCY_PING)).isEqualTo(1);
        var asked = world.asks.size();

        var newer = new ConnectionId(99);
        world.on(new Event.Connected(peer, newer, PeerRole.VALIDATOR));
        world.on(new Event.Lost(peer, validator.connection())); // the old one, late
        assertThat(world.asks).hasSize(asked);
        assertThat(world.known(peer)).isEqualTo(before);
        assertThat(world.failures(peer, LATENCY_PING)).isEqualTo(1);

        world.on(new Event.NotAsked(world.asks(peer, LATENCY_PING).getLast()));
        assertThat(world.failures(peer, LATENCY_PING)).isEqualTo(2);
        world.run(Duration.ofSeconds(21));
        assertThat(world.counters(peer)).containsExactly(0L, 1L, 2L);
        assertThat(world.asks(peer, LATENCY_PING).getLast().connection()).isEqualTo(newer);
    }

    @Test
    void requestsThatWaitForTheirDelayGoOverTheNewerConnection() {
        world = new Asked(MonitoringSettings.DEFAULT, NetworkId.VALIDATOR, true);
        world.peers = WELL;
        world.connect(validator);
        var sent = world.asks.size();
        assertThat(sent).isLessThan(3);
        var newer = new ConnectionId(99);
        world.on(new Event.Connected(peer, newer, PeerRole.VALIDATOR));
        world.run(Duration.ofSeconds(1));
        assertThat(world.asks).hasSize(3);
        assertThat(world.asks.subList(sent, 3))
                .extracting(Effect.Ask::connection)
                .containsOnly(newer);
    }

    @Test
    void theDelayIsBelowItsMaximum() {
        var settings =
                PROMPT.withPace(Duration.ofNanos(2), Duration.ofSeconds(1), Duration.ofSeconds(5));
        for (var seed = 0; seed < 50; seed++) {
            var machine = new PeerMonitor(settings, NetworkId.VALIDATOR, true, new Random(seed));
            var now = new MonoTime(0);
            var asks =
                    machine.on(
                            now,
                            new Event.Connected(peer, validator.connection(), PeerRole.VALIDATOR));
            var later = machine.on(now.plusNanos(1), new Event.TimeReached());
            assertThat(asks.size() + later.size()).as("seed " + seed).isEqualTo(3);
        }
    }

    @Test
    void settingsThatCannotWorkAreRefusedWithTheirKey() {
        assertThatThrownBy(
                        () ->
                                PROMPT.withAsking(
                                        new Asking(Duration.ZERO, Duration.ofSeconds(1)),
                                        PROMPT.network(),
                                        PROMPT.node()))
                .hasMessageContaining("latency_ping_interval_ms");
        assertThatThrownBy(
                        () ->
                                PROMPT.withPace(
                                        Duration.ofDays(2),
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(1)))
                .hasMessageContaining("max_request_jitter_ms");
    }
}
