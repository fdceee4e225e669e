package dev.aptosnet.benchmarks.sidebyside;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the contestants in turn, round by round, each with two processes of its own that last
 * for the whole run, and prints how they compare. Progress goes to standard error.
 */
public final class SideBySide implements AutoCloseable {
    private final Settings settings;
    private final Path certificates;
    private final Map<Contestant, Pair> pairs = new EnumMap<>(Contestant.class);
    private final Results results = new Results();

    private SideBySide(Settings settings, Path certificates) {
        this.settings = settings;
        this.certificates = certificates;
    }

    /** Arguments as in {@link Settings#USAGE}. Exits with 1 if a contestant failed somewhere. */
    public static void main(String[] args) throws Exception {
        Settings settings;
        try {
            settings = Settings.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        var directory = Files.createTempDirectory("side-by-side");
        try (var run = new SideBySide(settings, directory)) {
            Certificates.write(directory);
            for (var work : settings.work()) {
                run.measure(work);
            }
            run.report();
            System.exit(run.results.failures().isEmpty() ? 0 : 1);
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void measure(Work work) throws InterruptedException {
        for (var round = -1; round < settings.rounds(); round++) {
            for (var contestant : settings.contestants()) {
                measure(work, contestant, round);
            }
        }
    }

    private void measure(Work work, Contestant contestant, int round) throws InterruptedException {
        var label = round < 0 ? "warm-up" : "round " + (round + 1);
        try {
            var figures =
                    pair(contestant)
                            .run(work, round < 0 ? settings.warmUpSeconds() : settings.seconds());
            if (round >= 0) {
                results.add(work, contestant, round, figures);
            }
            progress(work, label, contestant, summary(figures));
        } catch (IOException | RuntimeException e) {
            results.failed(work, contestant, label + ": " + e.getMessage());
            progress(work, label, contestant, "failed: " + e.getMessage());
            var failed = pairs.remove(contestant);
            if (failed != null) {
                failed.close(); // the next round starts afresh
            }
        }
    }

    private Pair pair(Contestant contestant) throws IOException, InterruptedException {
        var pair = pairs.get(contestant);
        if (pair == null) {
            pair = new Pair(contestant, certificates, settings.jvm());
            pairs.put(contestant, pair);
        }
        return pair;
    }

    private static String summary(Map<String, Double> figures) {
        var text = new StringBuilder();
        figures.forEach(
                (name, value) -> text.append(String.format(Locale.ROOT, " %s=%.4g", name, value)));
        return text.toString().strip();
    }

    private static void progress(Work work, String label, Contestant contestant, String what) {
        System.err.println(work.key() + ", " + label + ", " + contestant.key() + ": " + what);
    }

    private void report() throws IOException {
        System.out.print(Table.of(settings, results));
        for (var failure : results.failures()) {
            System.out.println("failed: " + failure);
        }
        var json = settings.json();
        if (json != null) {
            Files.writeString(json, JsonReport.of(settings, results), UTF_8);
        }
        var svg = settings.svg();
        if (svg != null) {
            Files.writeString(svg, Plot.of(settings, results), UTF_8);
        }
    }

    @Override
    public void close() {
        pairs.values().forEach(Pair::close);
    }
}
