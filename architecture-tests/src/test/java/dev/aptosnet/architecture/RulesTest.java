package dev.aptosnet.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Set;

class RulesTest {
    /** Rules that are broken today; each has to leave this list with what breaks it. */
    private static final Set<String> TO_BE_MENDED = Set.of("packages form no cycles");

    static List<Rule> rules() {
        return Rules.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void ruleHolds(Rule rule) {
        var result = rule.check().evaluate(Classes.SHIPPED);

        if (TO_BE_MENDED.contains(rule.name())) {
            assertThat(result.hasViolation()).as("take it off TO_BE_MENDED").isTrue();
        } else {
            assertThat(result.getFailureReport().getDetails()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void ruleLooksAtShippedClasses(Rule rule) {
        assertThat(rule.subjectsIn(Classes.SHIPPED)).isPositive();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void plantedViolationIsCaught(Rule rule) {
        var classes = Classes.plantedIn(rule.planted());

        assertThat(classes).isNotEmpty();
        assertThat(rule.check().evaluate(classes).hasViolation()).isTrue();
    }
}
