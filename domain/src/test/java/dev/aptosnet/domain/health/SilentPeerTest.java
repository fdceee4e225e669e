package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.health.HealthChecker.Effect;
import dev.aptosnet.domain.health.HealthChecker.Event;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.HealthSettings;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One peer in virtual time, which answers after some delay until it falls silent. */
class SilentPeerTest {
    private static final PeerId PEER = PeerId.parse("0x1");

    private final TreeMap<MonoTime, List<Event>> coming = new TreeMap<>();
    private final List<Effect> reported = new ArrayList<>();
    private MonoTime now = new MonoTime(0);
    private MonoTime silentFrom = MonoTime.NEVER;
    private @Nullable MonoTime disconnectedAt;
    private int pings;

    /** Runs until the peer is disconnected, or to {@code end}. */
    private void run(HealthSettings settings, long seed, Supplier<Duration> delay, MonoTime end) {
        var checker = new HealthChecker(settings, new Random(seed));
        carryOut(checker.on(now, new Event.Connected(PEER, new ConnectionId(1))), delay);
        while (disconnectedAt == null) {
            var event = coming.isEmpty() ? MonoTime.NEVER : coming.firstKey();
            var next = MonoTime.earlier(event, checker.nextDeadline());
            if (end.isBefore(next)) {
                return;
            }
            now = next;
            var events = coming.remove(now);
            for (var due : events == null ? List.<Event>of() : events) {
                carryOut(checker.on(now, due), delay);
            }
            if (!now.isBefore(checker.nextDeadline())) {
                carryOut(checker.on(now, new Event.TimeReached()), delay);
            }
        }
    }

    private void carryOut(List<Effect> effects, Supplier<Duration> delay) {
        for (var effect : effects) {
            switch (effect) {
                case Effect.Ping ping -> answer(ping, delay.get());
                case Effect.Disconnect _ -> disconnectedAt = now;
                default -> reported.add(effect);
            }
        }
    }

    private void answer(Effect.Ping ping, Duration delay) {
        pings++;
        var answered = now.plus(delay);
        var tooLate = now.plus(ping.timeout());
        if (answered.isBefore(tooLate) && answered.isBefore(silentFrom)) {
            at(answered, new Event.Ponged(ping, ping.nonce(), delay));
        } else {
            at(tooLate, new Event.PingFailed(ping));
        }
    }

    private void at(MonoTime when, Event event) {
        coming.computeIfAbsent(when, _ -> new ArrayList<>()).add(event);
    }

    private Duration silenceUntilNoticed(
            HealthSettings settings, long seed, Duration delay, Duration limit) {
        var from = new Random(seed).nextLong(Duration.ofMinutes(2).toNanos());
        silentFrom = new MonoTime(from);
        run(settings, seed, () -> delay, silentFrom.plus(limit));
        assertThat(disconnectedAt).as("noticed within %s, seed %d", limit, seed).isNotNull();
        return disconnectedAt == null ? limit : disconnectedAt.since(silentFrom);
    }

    @ParameterizedTest
    @CsvSource({"1, 13", "80, 13", "400, 13", "2000, 15", "4900, 15"})
    void byDefaultASilentPeerIsGoneWithinFifteenSecondsWhateverItsDelay(long millis, long seconds) {
        for (var seed = 0; seed < 300; seed++) {
            var fresh = new SilentPeerTest();
            var took =
                    fresh.silenceUntilNoticed(
                            HealthSettings.DEFAULT,
                            seed,
                            Duration.ofMillis(millis),
                            Duration.ofSeconds(15));
            assertThat(took)
                    .as("seed %d", seed)
                    .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(seconds));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 80, 2000})
    void withTheValuesOfAptosCoreItTakesNearlyAMinute(long millis) {
        for (var seed = 0; seed < 100; seed++) {
            var fresh = new SilentPeerTest();
            var took =
                    fresh.silenceUntilNoticed(
                            HealthSettings.APTOS_CORE.withDisconnect(true),
                            seed,
                            Duration.ofMillis(millis),
                            Duration.ofSeconds(60));
            assertThat(took)
                    .as("seed %d", seed)
                    .isBetween(Duration.ofSeconds(48), Duration.ofSeconds(60));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPeerWithUnsteadyDelaysIsNeverSuspected(long seed) {
        var random = new Random(seed);
        // Log-normal around 100 ms with sigma 0.5, as improvements.md I-22 has it.
        run(
                HealthSettings.DEFAULT,
                seed,
                () -> Duration.ofNanos((long) (100e6 * Math.exp(0.5 * random.nextGaussian()))),
                new MonoTime(0).plus(Duration.ofDays(2)));
        assertThat(pings).isGreaterThan(34_000);
        assertThat(disconnectedAt).as("seed %d", seed).isNull();
        assertThat(reported)
                .as("seed %d", seed)
                .allSatisfy(effect -> assertThat(effect).isInstanceOf(Effect.Measured.class));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPauseOfLessThanAnIntervalIsBorne(long seed) {
        var random = new Random(seed);
        // Every tenth answer takes longer than a quick peer is given.
        var turn = new int[1];
        run(
                HealthSettings.DEFAULT,
                seed,
                () ->
                        ++turn[0] % 10 == 0
                                ? Duration.ofMillis(2500 + random.nextInt(2500))
                                : Duration.ofMillis(1 + random.nextInt(50)),
                new MonoTime(0).plus(Duration.ofHours(1)));
        assertThat(disconnectedAt).as("seed %d", seed).isNull();
        assertThat(reported).contains(new Effect.Suspected(PEER, 1), new Effect.Recovered(PEER));
    }
}
