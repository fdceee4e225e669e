package dev.aptosnet.benchmarks.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.InputSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.StringReader;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

/** What becomes of figures: medians, ratios, the table, JSON and the plot. */
class ReportTest {
    private static final Row RATE = row("RPC 128 B, 100 in flight");

    private static Row row(String title) {
        return Row.ALL.stream().filter(row -> row.title().equals(title)).findFirst().orElseThrow();
    }

    private static Results results() {
        var results = new Results();
        var tls = List.of(100.0, 400.0, 200.0);
        var ours = List.of(110.0, 320.0, 200.0);
        for (var round = 0; round < 3; round++) {
            results.add(
                    Work.RPC_MANY,
                    Contestant.TLS,
                    round,
                    Map.of("per_s", tls.get(round) * 1000, "cpu_us_per_op", 2.0));
            results.add(
                    Work.RPC_MANY,
                    Contestant.AESGCM,
                    round,
                    Map.of("per_s", ours.get(round) * 1000, "cpu_us_per_op", 2.5));
        }
        results.failed(Work.RPC_MANY, Contestant.GRPC, "round 1: gone");
        return results;
    }

    private static Settings settings() {
        return Settings.parse(
                List.of("--work", "rpc-many", "--contestants", "tls,grpc,aptosnet-aesgcm"));
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        var results = results();
        assertThat(results.median(RATE, Contestant.AESGCM)).hasValue(200_000);
        // 1.1, 0.8 and 1.0; the ratio of the medians would be 1.0 by chance only.
        assertThat(results.ratio(RATE, Contestant.AESGCM, Contestant.TLS)).hasValue(1.0);
        assertThat(results.reached(RATE, Contestant.AESGCM)).hasValue(true);
        assertThat(results.ratio(RATE, Contestant.GRPC, Contestant.TLS)).isEmpty();
        assertThat(results.reached(RATE, Contestant.GRPC)).isEmpty();
    }

    @Test
    void aRoundThatOneOfThemMissesHasNoRatio() {
        var results = new Results();
        results.add(Work.RPC_MANY, Contestant.TLS, 0, Map.of("per_s", 10.0));
        results.add(Work.RPC_MANY, Contestant.AESGCM, 1, Map.of("per_s", 90.0));
        assertThat(results.ratio(RATE, Contestant.AESGCM, Contestant.TLS)).isEmpty();
        results.add(Work.RPC_MANY, Contestant.TLS, 1, Map.of("per_s", 30.0));
        assertThat(results.ratio(RATE, Contestant.AESGCM, Contestant.TLS)).hasValue(3.0);
    }

    @Test
    void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        assertThat(Results.median(4, 1, 3, 2)).hasValue(2.5);
        assertThat(Results.median(5, 1, 3)).hasValue(3);
        assertThat(Results.median()).isEmpty();
    }

    @Test
    void theTableShowsMediansRatiosAndWhatIsReached() {
        var lines = Table.of(settings(), results()).lines().toList();
        assertThat(lines.getFirst()).contains("TLS", "gRPC", "aptosnet AESGCM");
        assertThat(lines.get(1))
                .contains(RATE.title(), "200 (1.00x)", ">= 0.90 x TLS", "yes")
                .contains(" - ");
        assertThat(lines.get(2)).contains("2.50 (1.25x)", "<= 1.10 x TLS", "no");
    }

    @Test
    void jsonHasEveryRoundAndEveryFailure() {
        var json = new JsonMapper().readTree(JsonReport.of(settings(), results()));
        var rounds = json.get("figures").get("rpc-many").get("aptosnet-aesgcm");
        assertThat(rounds.size()).isEqualTo(3);
        assertThat(rounds.get(1).get("per_s").asDouble()).isEqualTo(320_000);
        assertThat(json.get("table").get(0).get("reached").asBoolean()).isTrue();
        assertThat(json.get("failures").get(0).asString()).contains("grpc").contains("gone");
    }

    @Test
    void thePlotIsXmlWithABarForEachRatio() throws Exception {
        var svg = Plot.of(settings(), results());
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)));
        // The rate and the processor time of the one contestant that has ratios.
        assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "--rounds, 0",
        "--seconds, x",
        "--work, nonsense",
        "--contestants, tls;grpc",
        "--nonsense, 1"
    })
    void nonsenseIsRefusedWithTheFlagsName(String flag, String value) {
        assertThatThrownBy(() -> Settings.parse(List.of(flag, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(flag);
        assertThatThrownBy(() -> Settings.parse(List.of("--rounds")))
                .hasMessageContaining("no value");
    }
}
