package dev.aptosnet.domain.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.aptosnet.ports.client.CallFailureKind;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.ScoreSettings;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

class PeerScoreTest {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final ScoreSettings WEIGHTS = ScoreSettings.DEFAULT;

    /** One protocol of each class that has calls. */
    private static final Map<String, ProtocolId> OF_CLASS =
            Map.of(
                    "C",
                    ProtocolId.CONSENSUS_DIRECT_SEND_BCS,
                    "H",
                    ProtocolId.CONSENSUS_RPC_BCS,
                    "N",
                    ProtocolId.NETBENCH_RPC,
                    "L",
                    ProtocolId.PEER_MONITORING_SERVICE_RPC);

    /** A row of the table in docs/peer-health.md. */
    record Case(
            int number,
            String calls,
            @Nullable Duration roundTrip,
            @Nullable Duration sinceHeard,
            Duration connected,
            int disconnects,
            double score) {}

    static List<Case> published() throws IOException {
        return Files.readAllLines(Path.of("../docs/peer-health.md")).stream()
                .filter(line -> line.matches("\\| *\\d+ \\|.*"))
                .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
                .map(
                        cells ->
                                new Case(
                                        Integer.parseInt(cells.get(1)),
                                        cells.get(2),
                                        millis(cells.get(3), 1),
                                        millis(cells.get(4), 1000),
                                        Duration.ofSeconds(
                                                (long) (60 * Double.parseDouble(cells.get(5)))),
                                        Integer.parseInt(cells.get(6)),
                                        Double.parseDouble(cells.get(7))))
                .toList();
    }

    private static @Nullable Duration millis(String text, int unit) {
        return text.equals("-")
                ? null
                : Duration.ofMillis((long) (unit * Double.parseDouble(text)));
    }

    @Test
    void twentyCasesArePublished() throws IOException {
        assertThat(published()).hasSize(20);
    }

    @ParameterizedTest
    @MethodSource("published")
    void thePublishedCasesHaveThePublishedScores(Case row) {
        var statistics = new PeerStatistics();
        var now = new MonoTime(0);
        if (!row.calls.equals("-")) {
            for (var part : row.calls.split(", ", -1)) {
                var words = part.split(" ", -1);
                var protocol = OF_CLASS.get(words[0]);
                assertThat(protocol).isNotNull();
                if (protocol == null) {
                    return;
                }
                // As even as can be, so that the last calls are like the others.
                var failed = 100 - Integer.parseInt(words[1]);
                for (var i = 0; i < 100; i++) {
                    end(statistics, now, protocol, (i + 1) * failed / 100 > i * failed / 100);
                }
            }
        }
        assertThat(
                        score(
                                statistics,
                                now,
                                row.roundTrip,
                                row.sinceHeard,
                                row.connected,
                                row.disconnects))
                .isCloseTo(row.score, within(0.01));
    }

    private static void end(
            PeerStatistics statistics, MonoTime now, ProtocolId protocol, boolean failed) {
        if (failed) {
            statistics.failed(now, protocol, CallFailureKind.REFUSED, 1_000_000);
        } else {
            statistics.answered(now, protocol, 1_000_000, 100);
        }
    }

    private static double score(
            PeerStatistics statistics,
            MonoTime now,
            @Nullable Duration roundTrip,
            @Nullable Duration sinceHeard,
            Duration connected,
            int disconnects) {
        return new PeerScore(
                        statistics.success(now, WEIGHTS),
                        PeerScore.latency(roundTrip == null ? null : RoundTrip.first(roundTrip)),
                        PeerScore.liveness(sinceHeard, INTERVAL),
                        PeerScore.stability(connected, disconnects))
                .of(WEIGHTS);
    }

    private static double score(PeerStatistics statistics, MonoTime now) {
        return score(
                statistics,
                now,
                Duration.ofMillis(80),
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                0);
    }

    @Test
    void aPeerThatNothingIsKnownOfHasFifty() {
        assertThat(new PeerScore(Double.NaN, Double.NaN, Double.NaN, 1).of(WEIGHTS)).isEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 50, 100, 1000})
    void aPeerOfWhichHalfTheCallsBeginToFailDropsByFifteenPointsInTwentyCalls(int callsBefore) {
        var statistics = new PeerStatistics();
        var now = new MonoTime(0);
        for (var i = 0; i < callsBefore; i++) {
            end(statistics, now, ProtocolId.NETBENCH_RPC, false);
            now = now.plus(Duration.ofMillis(100));
        }
        var before = score(statistics, now);
        for (var i = 0; i < 20; i++) {
            end(statistics, now, ProtocolId.NETBENCH_RPC, i % 2 == 0);
            now = now.plus(Duration.ofMillis(100));
        }
        assertThat(before - score(statistics, now)).isBetween(15.0, 21.0);
        assertThat(statistics.isFailing(now)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 10, 13, 19, 20, 33, 50, 99, 100, 101})
    void constantInputMovesTheScoreByOnePointAtMost(int oneInSoManyFails) {
        var statistics = new PeerStatistics();
        var now = new MonoTime(0);
        var least = 100.0;
        var most = 0.0;
        for (var i = 0; i < 5000; i++) {
            end(statistics, now, ProtocolId.NETBENCH_RPC, i % oneInSoManyFails == 0);
            now = now.plus(Duration.ofMillis(250));
            if (i >= 200) {
                var score = score(statistics, now);
                least = Math.min(least, score);
                most = Math.max(most, score);
            }
        }
        assertThat(most - least).isLessThanOrEqualTo(1);
    }

    @Test
    void aSilentPeerLosesAllItsPointsForLiveness() {
        assertThat(PeerScore.liveness(Duration.ofSeconds(5), INTERVAL)).isEqualTo(1);
        assertThat(PeerScore.liveness(Duration.ofSeconds(15), INTERVAL))
                .isCloseTo(0.5, within(1e-9));
        assertThat(PeerScore.liveness(Duration.ofSeconds(25), INTERVAL)).isZero();
        assertThat(PeerScore.liveness(Duration.ofDays(1), INTERVAL)).isZero();
    }
}
