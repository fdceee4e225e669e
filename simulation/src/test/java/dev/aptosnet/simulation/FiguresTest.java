package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Those that take seconds; all of them are for the command line. */
class FiguresTest {
    private static final long SEED = 3;

    @ParameterizedTest
    @ValueSource(strings = {"I-01", "I-02", "I-03", "I-04", "I-06", "I-15", "I-17", "I-22"})
    void figuresAreMet(String improvement) {
        assertThat(Figures.measure(improvement, SEED, 30))
                .as("seed %d", SEED)
                .isNotEmpty()
                .allSatisfy(
                        figure -> {
                            assertThat(figure.improvement()).isEqualTo(improvement);
                            assertThat(figure.met()).as(figure.toString()).isTrue();
                        });
    }

    @Test
    void theBaselineOfAChecksDurationIsTheTimeOfTwoProbesInTurn() {
        var figures = Figures.measure("I-04", SEED, 30);
        assertThat(figures)
                .filteredOn(figure -> figure.name().contains("longest check"))
                .singleElement()
                .satisfies(
                        figure -> {
                            assertThat(figure.baseline()).isEqualTo(4_000);
                            assertThat(figure.ours()).isZero();
                        });
        assertThat(figures)
                .filteredOn(figure -> figure.name().contains("most probes at once"))
                .singleElement()
                .satisfies(figure -> assertThat(figure.baseline()).isEqualTo(500));
        assertThat(figures)
                .filteredOn(figure -> figure.name().contains("median age"))
                .singleElement()
                .satisfies(figure -> assertThat(figure.baseline()).isBetween(298.0, 300.0));
    }

    @Test
    void oneSeedGivesTheSameFiguresAgain() {
        assertThat(Figures.measure("I-06", SEED, 30)).isEqualTo(Figures.measure("I-06", SEED, 30));
    }

    @Test
    void whatNeverCameToPassIsNotMet() {
        assertThat(Figure.atMost("I-00", "time, ms", 1, -1, 10).met()).isFalse();
        assertThat(Figure.atMost("I-00", "time, ms", 1, 10, 10).met()).isTrue();
        assertThat(Figure.atMost("I-00", "time, ms", 1, 11, 10).met()).isFalse();
        assertThat(Figure.atLeast("I-00", "share, %", 0, 9, 10).met()).isFalse();
        assertThat(Figure.atLeast("I-00", "share, %", 0, 10, 10).met()).isTrue();
    }

    @Test
    void unknownImprovementsAreRefused() {
        assertThatThrownBy(() -> Figures.measure("I-99", SEED, 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("I-99");
    }
}
