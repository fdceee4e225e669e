package dev.aptosnet.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The results as text, a column for each contestant: the median, and the ratio to the reference.
 */
final class Table {
    private Table() {}

    static String of(Settings settings, Results results) {
        var lines = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("work", "unit"));
        settings.contestants().forEach(contestant -> head.add(contestant.title()));
        head.add("to reach");
        head.add("reached");
        lines.add(head);
        for (var row : Row.ALL) {
            if (settings.work().contains(row.work())) {
                lines.add(line(row, settings, results));
            }
        }
        return aligned(lines)
                + String.format(
                        Locale.ROOT,
                        "%d rounds of %.1f s, medians; in brackets the median of the rounds' ratios"
                                + " to TLS; \"reached\" by aptosnet AESGCM%n",
                        settings.rounds(),
                        settings.seconds());
    }

    private static List<String> line(Row row, Settings settings, Results results) {
        var line = new ArrayList<>(List.of(row.title(), row.unit()));
        for (var contestant : settings.contestants()) {
            var median = results.median(row, contestant);
            if (median.isEmpty()) {
                line.add("-");
                continue;
            }
            var cell = number(median.getAsDouble() * row.scale());
            var ratio = results.ratio(row, contestant, Contestant.TLS);
            line.add(
                    contestant == Contestant.TLS
                                    || ratio.isEmpty()
                                    || row.goal() instanceof Row.Goal.Absolute
                            ? cell
                            : cell + String.format(Locale.ROOT, " (%.2fx)", ratio.getAsDouble()));
        }
        line.add(row.goal().text());
        line.add(
                results.reached(row, Contestant.AESGCM)
                        .map(reached -> reached ? "yes" : "no")
                        .orElse(""));
        return line;
    }

    /** Three digits that say something, and no exponent. */
    static String number(double value) {
        var size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String aligned(List<List<String>> lines) {
        var widths = new int[lines.getFirst().size()];
        for (var line : lines) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (var line : lines) {
            var row = new StringBuilder();
            for (var i = 0; i < widths.length; i++) {
                var gap = " ".repeat(widths[i] - line.get(i).length());
                var left = i < 2 || i >= widths.length - 2;
                row.append(left ? line.get(i) + gap : gap + line.get(i)).append("  ");
            }
            text.append(row.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }
}
