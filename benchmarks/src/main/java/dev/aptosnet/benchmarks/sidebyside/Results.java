package dev.aptosnet.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Every figure of every round that counts, and what failed. */
final class Results {
    private final Map<Work, Map<Contestant, Map<Integer, Map<String, Double>>>> figures =
            new EnumMap<>(Work.class);
    private final List<String> failures = new ArrayList<>();

    void add(Work work, Contestant contestant, int round, Map<String, Double> measured) {
        figures.computeIfAbsent(work, _ -> new EnumMap<>(Contestant.class))
                .computeIfAbsent(contestant, _ -> new TreeMap<>())
                .put(round, measured);
    }

    void failed(Work work, Contestant contestant, String why) {
        failures.add(contestant.key() + ", " + work.key() + ": " + why);
    }

    List<String> failures() {
        return failures;
    }

    Map<Integer, Map<String, Double>> rounds(Work work, Contestant contestant) {
        return figures.getOrDefault(work, Map.of()).getOrDefault(contestant, Map.of());
    }

    /** The median over the rounds; empty if there is none. */
    OptionalDouble median(Row row, Contestant contestant) {
        return median(
                rounds(row.work(), contestant).values().stream()
                        .filter(round -> round.containsKey(row.figure()))
                        .mapToDouble(round -> round.get(row.figure()))
                        .toArray());
    }

    /** The median of the ratios of rounds that both have; empty if there is none. */
    OptionalDouble ratio(Row row, Contestant contestant, Contestant reference) {
        var ratios = new ArrayList<Double>();
        rounds(row.work(), contestant)
                .forEach(
                        (number, round) -> {
                            var ours = round.get(row.figure());
                            var theirs =
                                    rounds(row.work(), reference)
                                            .getOrDefault(number, Map.of())
                                            .get(row.figure());
                            if (ours != null && theirs != null && theirs != 0) {
                                ratios.add(ours / theirs);
                            }
                        });
        return median(ratios.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Whether the goal is reached; empty if that cannot be said. */
    Optional<Boolean> reached(Row row, Contestant contestant) {
        var value =
                switch (row.goal()) {
                    case Row.Goal.None _ -> OptionalDouble.empty();
                    case Row.Goal.OfTls _ -> ratio(row, contestant, Contestant.TLS);
                    case Row.Goal.Absolute _ -> median(row, contestant);
                };
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return switch (row.goal()) {
            case Row.Goal.None _ -> Optional.empty();
            case Row.Goal.OfTls(var bound, var atMost) ->
                    Optional.of(within(value.getAsDouble(), bound, atMost));
            case Row.Goal.Absolute(var bound, var atMost) ->
                    Optional.of(within(value.getAsDouble(), bound, atMost));
        };
    }

    private static boolean within(double value, double bound, boolean atMost) {
        return atMost ? value <= bound : value >= bound;
    }

    /** The middle one, or the mean of the two in the middle. */
    static OptionalDouble median(double... values) {
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        var middle = sorted.length / 2;
        return OptionalDouble.of(
                sorted.length % 2 == 1
                        ? sorted[middle]
                        : (sorted[middle - 1] + sorted[middle]) / 2);
    }
}
