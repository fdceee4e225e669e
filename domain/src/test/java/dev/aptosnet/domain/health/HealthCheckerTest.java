package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.health.HealthChecker.Effect;
import dev.aptosnet.domain.health.HealthChecker.Event;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.HealthSettings;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Single steps of the machine, with the interval and time-out of the conformance rows. */
class HealthCheckerTest {
    private static final HealthSettings ROWS =
            new HealthSettings(Duration.ofSeconds(1), Duration.ofMillis(500), 3, false, true);

    private final PeerId peer = PeerId.parse("0x1");
    private final PeerId other = PeerId.parse("0x2");
    private final ConnectionId connection = new ConnectionId(1);
    private MonoTime now = new MonoTime(0);
    private HealthChecker checker = checker(ROWS);

    private static HealthChecker checker(HealthSettings settings) {
        return new HealthChecker(settings, new Random(7));
    }

    private List<Effect> on(Event event) {
        return checker.on(now, event);
    }

    private List<Effect> connect(PeerId who) {
        return on(new Event.Connected(who, connection));
    }

    private List<Effect> tick() {
        now = now.plus(ROWS.interval());
        return on(new Event.TimeReached());
    }

    private Effect.Ping connectAndPing() {
        return ping(connect(peer));
    }

    private static Effect.Ping ping(List<Effect> effects) {
        assertThat(effects).singleElement().isInstanceOf(Effect.Ping.class);
        return (Effect.Ping) effects.getFirst();
    }

    private static Event.Ponged pong(Effect.Ping ping) {
        return new Event.Ponged(ping, ping.nonce(), Duration.ofMillis(10));
    }

    @Test
    @DisplayName("HC-01 without peers nobody is pinged; a connected peer is, at once and each tick")
    void pingsConnectedPeers() {
        assertThat(tick()).isEmpty();
        assertThat(checker.nextDeadline()).isEqualTo(MonoTime.NEVER);
        var first = connectAndPing();
        assertThat(first.peer()).isEqualTo(peer);
        assertThat(first.connection()).isEqualTo(connection);
        assertThat(first.timeout()).isEqualTo(ROWS.timeout());
        assertThat(checker.nextDeadline()).isEqualTo(now.plus(ROWS.interval()));
        var second = ping(tick());
        assertThat(second.number()).isGreaterThan(first.number());
        assertThat(second.nonce()).isNotEqualTo(first.nonce());
    }

    @Test
    @DisplayName("X-13 the first ping is due at once, the next a period after the last was sent")
    void pingsAreSentAtOnceAndThenAtAFixedDelay() {
        connectAndPing();
        var late = now.plus(ROWS.interval()).plus(Duration.ofMillis(20));
        now = late;
        ping(on(new Event.TimeReached()));
        assertThat(checker.nextDeadline()).isEqualTo(late.plus(ROWS.interval()));
    }

    @Test
    @DisplayName("HC-02 with 10 failures tolerated the 11th disconnects, none before it")
    void permissive() {
        checker = checker(ROWS.withFailuresTolerated(10));
        var ping = connectAndPing();
        for (var failures = 1; failures <= 10; failures++) {
            assertThat(on(new Event.PingFailed(ping)))
                    .containsExactly(new Effect.Suspected(peer, failures));
            ping = ping(tick());
        }
        assertThat(on(new Event.PingFailed(ping)))
                .containsExactly(new Effect.Disconnect(peer, connection, 11));
    }

    @Test
    @DisplayName("HC-03 with no failure tolerated the first disconnects")
    void strict() {
        checker = checker(ROWS.withFailuresTolerated(0));
        assertThat(on(new Event.PingFailed(connectAndPing())))
                .containsExactly(new Effect.Disconnect(peer, connection, 1));
        assertThat(checker.peers()).isEmpty();
        assertThat(tick()).isEmpty();
    }

    @Test
    @DisplayName("HC-04 before anybody connects nobody is known")
    void noPeers() {
        assertThat(checker.peers()).isEmpty();
    }

    @Test
    @DisplayName("HC-05 a connected peer is known, without failures")
    void newPeer() {
        connect(peer);
        assertThat(checker.peers()).containsExactly(peer);
        assertThat(checker.failures(peer)).isZero();
        assertThat(checker.roundTrip(peer)).isEmpty();
    }

    @Test
    @DisplayName("HC-06 a lost peer is forgotten, with its failures")
    void lostPeer() {
        on(new Event.PingFailed(connectAndPing()));
        assertThat(checker.failures(peer)).isEqualTo(1);
        on(new Event.Lost(peer, connection));
        assertThat(checker.peers()).isEmpty();
        assertThat(checker.failures(peer)).isZero();
        assertThat(tick()).isEmpty();
    }

    @Test
    @DisplayName("HC-07 several peers that connect are all known")
    void severalPeers() {
        var third = PeerId.parse("0x3");
        connect(peer);
        connect(other);
        connect(third);
        assertThat(checker.peers()).containsExactly(peer, other, third);
    }

    @Test
    @DisplayName("HC-08 a peer that stays connected keeps its failures")
    void stablePeer() {
        on(new Event.PingFailed(connectAndPing()));
        on(new Event.PingFailed(ping(tick())));
        connect(other);
        tick();
        assertThat(checker.failures(peer)).isEqualTo(2);
    }

    @Test
    @DisplayName("X-10 as in aptos-core a failing peer is reported and stays, if so configured")
    void reportedNotDisconnected() {
        checker = checker(HealthSettings.APTOS_CORE);
        var ping = connectAndPing();
        for (var failures = 1; failures <= 8; failures++) {
            assertThat(on(new Event.PingFailed(ping)))
                    .containsExactly(new Effect.Suspected(peer, failures));
            now = now.plus(HealthSettings.APTOS_CORE.interval());
            ping = ping(on(new Event.TimeReached()));
        }
        assertThat(checker.peers()).containsExactly(peer);
    }

    @Test
    void anAnswerZeroesTheFailuresAndAFailureOfAnOlderPingNoLongerCounts() {
        var first = connectAndPing();
        var second = ping(tick());
        var third = ping(tick());
        on(new Event.PingFailed(second));
        assertThat(on(pong(third))).contains(new Effect.Recovered(peer));
        assertThat(on(new Event.PingFailed(first))).isEmpty();
        assertThat(checker.failures(peer)).isZero();
    }

    @Test
    void anAnswerToAnOlderPingThanTheAnsweredOneZeroesNothing() {
        var first = connectAndPing();
        var second = ping(tick());
        on(pong(second));
        on(new Event.PingFailed(ping(tick())));
        on(pong(first));
        assertThat(checker.failures(peer)).isEqualTo(1);
    }

    @Test
    void aWrongNonceIsNeitherSuccessNorFailure() {
        on(new Event.PingFailed(connectAndPing()));
        var ping = ping(tick());
        assertThat(on(new Event.Ponged(ping, ping.nonce() + 1, Duration.ofMillis(1))))
                .containsExactly(new Effect.WrongNonce(peer));
        assertThat(checker.failures(peer)).isEqualTo(1);
        assertThat(checker.roundTrip(peer)).isEmpty();
    }

    @Test
    void aPingOfThePeerZeroesItsFailures() {
        on(new Event.PingFailed(connectAndPing()));
        assertThat(on(new Event.Pinged(peer))).containsExactly(new Effect.Recovered(peer));
        assertThat(on(new Event.Pinged(peer))).isEmpty();
        assertThat(on(new Event.Pinged(other))).isEmpty();
        assertThat(checker.failures(peer)).isZero();
    }

    @Test
    void aPeerThatLeftAndCameBackStartsAfreshWhateverItsOldPingsBring() {
        var old = connectAndPing();
        on(new Event.PingFailed(old));
        var again = new ConnectionId(2);
        on(new Event.Connected(peer, again)); // replaced, without a loss in between
        assertThat(checker.failures(peer)).isZero();
        assertThat(on(new Event.PingFailed(old))).isEmpty();
        assertThat(on(pong(old))).isEmpty();
        on(new Event.Lost(peer, connection));
        assertThat(checker.peers()).containsExactly(peer);
        assertThat(checker.roundTrip(peer)).isEmpty();
    }

    @Test
    void roundTripsAreSmoothedAsRfc6298Says() {
        var ping = connectAndPing();
        on(new Event.Ponged(ping, ping.nonce(), Duration.ofMillis(80)));
        ping = ping(tick());
        on(new Event.Ponged(ping, ping.nonce(), Duration.ofMillis(160)));
        assertThat(checker.roundTrip(peer))
                .contains(
                        new RoundTrip(
                                Duration.ofMillis(160),
                                Duration.ofMillis(90),
                                Duration.ofMillis(50)));
    }

    @Test
    void aQuickPeerGetsHalfTheTimeAndASlowOneAllOfIt() {
        checker = checker(HealthSettings.DEFAULT);
        var quick = connectAndPing();
        var slow = ping(connect(other));
        assertThat(quick.timeout()).isEqualTo(Duration.ofSeconds(5));
        on(pong(quick));
        on(new Event.Ponged(slow, slow.nonce(), Duration.ofSeconds(2)));
        now = now.plus(HealthSettings.DEFAULT.interval());
        assertThat(on(new Event.TimeReached()))
                .extracting(effect -> ((Effect.Ping) effect).timeout())
                .containsExactly(Duration.ofMillis(2500), Duration.ofSeconds(5));
    }

    @Test
    void failuresInAPauseOfOurOwnAreForgivenAndLaterOnesAreNot() {
        checker = checker(HealthSettings.DEFAULT);
        var before = connectAndPing();
        now = now.plus(Duration.ofSeconds(20));
        assertThat(on(new Event.PingFailed(before)))
                .containsExactly(new Effect.WasLate(Duration.ofSeconds(15)));
        var after = ping(on(new Event.TimeReached()));
        assertThat(on(new Event.PingFailed(after))).containsExactly(new Effect.Suspected(peer, 1));
    }

    @Test
    void settingsThatCannotWorkAreRefusedWithTheirKey() {
        assertThatThrownBy(() -> HealthSettings.DEFAULT.withInterval(Duration.ZERO))
                .hasMessage("ping_interval_ms: 0 (expected: 1 to 86400000)");
        assertThatThrownBy(() -> HealthSettings.DEFAULT.withTimeout(Duration.ofDays(2)))
                .hasMessage("ping_timeout_ms: 172800000 (expected: 1 to 86400000)");
        assertThatThrownBy(() -> HealthSettings.DEFAULT.withFailuresTolerated(-1))
                .hasMessage("ping_failures_tolerated: -1 (expected: >= 0)");
    }
}
