package dev.aptosnet.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Set;

class RulesTest {
    /** Rules about modules that have no classes yet. */
    private static final Set<String> STILL_EMPTY =
            Set.of(
                    "the TCP adapter depends on ports, noise and Netty",
                    "adapters do not see each other");

    /** Rules that are broken today; each has to leave this list with what breaks it. */
    private static final Set<String> TO_BE_MENDED =
            Set.of("the domain makes no unordered sets", "packages form no cycles");

    static List<Rule> rules() {
        return Rules.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void ruleHolds(Rule rule) {
        var result =
                rule.check()
                        .allowEmptyShould(STILL_EMPTY.contains(rule.name()))
                        .evaluate(Classes.SHIPPED);

        if (TO_BE_MENDED.contains(rule.name())) {
            assertThat(result.hasViolation()).as("take it off TO_BE_MENDED").isTrue();
        } else {
            assertThat(result.getFailureReport().getDetails()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void ruleLooksAtShippedClasses(Rule rule) {
        if (STILL_EMPTY.contains(rule.name())) {
            assertThat(rule.subjectsIn(Classes.SHIPPED)).isZero();
        } else {
            assertThat(rule.subjectsIn(Classes.SHIPPED)).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void plantedViolationIsCaught(Rule rule) {
        var classes = Classes.plantedIn(rule.planted());

        assertThat(classes).isNotEmpty();
        assertThat(rule.check().evaluate(classes).hasViolation()).isTrue();
    }
}
