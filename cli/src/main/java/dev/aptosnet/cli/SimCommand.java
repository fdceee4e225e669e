package dev.aptosnet.cli;

import dev.aptosnet.simulation.Figure;
import dev.aptosnet.simulation.Figures;
import dev.aptosnet.simulation.Outcome;
import dev.aptosnet.simulation.Scenario;
import dev.aptosnet.simulation.SimSettings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code aptosnet sim}. */
@CommandLine.Command(
        name = "sim",
        description = {
            "Plays a scenario on simulated nodes, in virtual time on one thread.",
            "Equal flags give equal runs, and the same hash. Exits 0 only if every invariant held."
        })
final class SimCommand extends Command {
    private static final int MAX_SEEDS = 1_000_000;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = "boot",
            description = {
                "boot, churn, epoch, partition, restart-all or simultaneous-dial",
                "(default: ${DEFAULT-VALUE})."
            })
    private String scenario = "boot";

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "How many nodes, 2 to 2000 (default: the scenario's own number).")
    private @Nullable Integer nodes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Where all randomness comes from (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            defaultValue = "1",
            description = "Plays it with K seeds, from --seed upwards (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes the pictures of the last run there, as SVG.")
    private @Nullable Path out;

    @Option(
            names = "--figures",
            paramLabel = "ID",
            arity = "0..*",
            description = {
                "Measures the figures of these improvements, or of all, instead of a scenario:",
                "each beside the same with the improvement switched off. Exits 0 only if all",
                "are met. --nodes is for those that ask for hundreds (default: 500)."
            })
    private @Nullable List<String> figures;

    SimCommand(Terminal terminal) {
        super(terminal);
    }

    /** What several runs come to. */
    private static final class Total {
        final Map<String, Long> counts = new LinkedHashMap<>();
        final Map<String, Long> milestones = new LinkedHashMap<>();
        final List<Long> failedSeeds = new ArrayList<>();
        long hash;
        long events;
        long virtualMillis;

        void add(Outcome outcome, int runs) {
            // Of one run its own hash, of several one that depends on all and on their order.
            hash = runs == 1 ? outcome.hash() : hash * 31 + outcome.hash();
            events += outcome.events();
            virtualMillis += outcome.virtualTime().toMillis();
            outcome.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
            outcome.milestones()
                    .forEach((name, value) -> milestones.merge(name, value, this::worse));
            if (!outcome.ok()) {
                failedSeeds.add(outcome.settings().seed());
            }
        }

        /** What never came to pass, -1, is worse than anything. */
        private long worse(long a, long b) {
            return a < 0 || b < 0 ? -1 : Math.max(a, b);
        }
    }

    @Override
    ExitCode execute() throws IOException {
        if (figures != null) {
            return measure(figures);
        }
        var play = find();
        if (seeds < 1 || seeds > MAX_SEEDS) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--seeds: " + seeds + " (expected: 1 to " + MAX_SEEDS + ")");
        }
        var begun = System.nanoTime();
        var total = new Total();
        var last = run(play, seed, total);
        for (var further = 1; further < seeds; further++) {
            last = run(play, seed + further, total);
        }
        var realNanos = System.nanoTime() - begun;
        var files = write(last);
        var object = object(last, total, realNanos, files);
        if (json()) {
            printJson(object);
        } else {
            summarise(play, object, total);
        }
        return total.failedSeeds.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private ExitCode measure(List<String> asked) {
        var known = Figures.improvements();
        for (var id : asked) {
            if (!known.contains(id)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--figures: " + id + " (expected: " + String.join(", ", known) + ")");
            }
        }
        var measured = new ArrayList<Map<String, Object>>();
        var allMet = true;
        for (var id : asked.isEmpty() ? known : new TreeSet<>(asked)) {
            for (var figure : Figures.measure(id, seed, nodes == null ? 500 : nodes)) {
                allMet &= figure.met();
                measured.add(object(figure));
                if (!json()) {
                    print(line(figure));
                }
            }
        }
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("seed", seed);
            object.put("figures", measured);
            object.put("ok", allMet);
            printJson(object);
        }
        return allMet ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Map<String, Object> object(Figure figure) {
        var object = new LinkedHashMap<String, Object>();
        object.put("improvement", figure.improvement());
        object.put("figure", figure.name());
        // There is no NaN in JSON.
        object.put("baseline", Double.isNaN(figure.baseline()) ? null : figure.baseline());
        object.put("ours", figure.ours());
        object.put(figure.atLeast() ? "at_least" : "at_most", figure.bound());
        object.put("met", figure.met());
        return object;
    }

    private static String line(Figure figure) {
        return String.format(
                Locale.ROOT,
                "%s  %-76s  baseline %9s  ours %9s  %s %s  %s",
                figure.improvement(),
                figure.name(),
                number(figure.baseline()),
                number(figure.ours()),
                figure.atLeast() ? "at least" : "at most",
                number(figure.bound()),
                figure.met() ? "met" : "NOT MET");
    }

    private static String number(double value) {
        return Double.isNaN(value)
                ? "-"
                : value < 0
                        ? "never"
                        : value == Math.rint(value)
                                ? String.format(Locale.ROOT, "%.0f", value)
                                : String.format(Locale.ROOT, "%.2f", value);
    }

    private Scenario find() {
        return Scenario.find(scenario)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.USAGE,
                                        "--scenario: "
                                                + scenario
                                                + " (expected one of: "
                                                + Scenario.all().stream()
                                                        .map(Scenario::name)
                                                        .collect(Collectors.joining(", "))
                                                + ")"));
    }

    private Outcome run(Scenario play, long withSeed, Total total) {
        var outcome = play.run(settings(play, withSeed));
        total.add(outcome, seeds);
        if (!outcome.ok()) {
            note(outcome.failureReport());
        }
        return outcome;
    }

    private SimSettings settings(Scenario play, long withSeed) {
        try {
            return SimSettings.of(nodes == null ? play.defaultNodes() : nodes, withSeed);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
        }
    }

    private List<String> write(Outcome outcome) throws IOException {
        var files = new ArrayList<String>();
        if (out != null) {
            Files.createDirectories(out);
            for (var plot : outcome.plots().entrySet()) {
                var file = out.resolve(plot.getKey());
                Files.writeString(file, plot.getValue());
                files.add(file.toString());
            }
        }
        return files;
    }

    private Map<String, Object> object(
            Outcome last, Total total, long realNanos, List<String> files) {
        var object = new LinkedHashMap<String, Object>();
        object.put("scenario", last.scenario());
        object.put("nodes", last.settings().nodes());
        object.put("seed", seed);
        object.put("seeds", seeds);
        object.put("hash", HexFormat.of().toHexDigits(total.hash));
        object.put("events", total.events);
        object.put("virtual_ms", total.virtualMillis);
        object.put("real_ms", Json.millis(realNanos));
        object.put("pairs", last.pairs());
        object.put("wanted_pairs", last.wantedPairs());
        object.putAll(total.milestones);
        object.putAll(total.counts);
        object.put("failed_seeds", total.failedSeeds);
        object.put("violations", last.violations());
        object.put("files", files);
        object.put("ok", total.failedSeeds.isEmpty());
        return object;
    }

    private void summarise(Scenario play, Map<String, Object> object, Total total) {
        print(play.name() + ": " + play.description());
        object.forEach(
                (name, value) -> {
                    if (!(value instanceof List<?> list && list.isEmpty())) {
                        print(String.format(Locale.ROOT, "  %-28s %s", name, value));
                    }
                });
        if (!total.failedSeeds.isEmpty()) {
            print(
                    "an invariant did not hold; --seed "
                            + total.failedSeeds.getFirst()
                            + " shows it");
        }
    }
}
