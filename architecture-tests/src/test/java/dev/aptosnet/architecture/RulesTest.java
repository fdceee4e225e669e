package dev.aptosnet.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

class RulesTest {
    static List<Rule> rules() {
        return Rules.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void ruleHolds(Rule rule) {
        var result = rule.check().evaluate(Classes.SHIPPED);

        assertThat(result.getFailureReport().getDetails()).isEmpty();
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
