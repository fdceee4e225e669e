package dev.aptosnet.benchmarks.sidebyside;

import java.util.Locale;

/**
 * The ratios to the reference as an SVG picture: a group of bars for each row of the table, on a
 * logarithmic scale, so drawn that longer is always better; the line is the reference.
 */
final class Plot {
    private static final int LEFT = 250;
    private static final int WIDTH = 560;
    private static final int BAR = 11;
    private static final int GAP = 14;
    private static final int TOP = 70;

    /** The scale goes from 1/32 to 8 times the reference. */
    private static final double MIN_LOG2 = -5;

    private static final double MAX_LOG2 = 3;

    private static final String[] COLOURS = {"#888888", "#d9822b", "#1f6fb2", "#5aa469", "#8f6bb3"};

    private Plot() {}

    static String of(Settings settings, Results results) {
        var body = new StringBuilder();
        var y = TOP;
        for (var row : Row.ALL) {
            if (!settings.work().contains(row.work())
                    || !(row.goal() instanceof Row.Goal.OfTls(var bound, var atMost))) {
                continue;
            }
            var top = y;
            for (var contestant : settings.contestants()) {
                var ratio = results.ratio(row, contestant, Contestant.TLS);
                if (contestant == Contestant.TLS || ratio.isEmpty()) {
                    continue;
                }
                bar(body, y, contestant, ratio.getAsDouble(), atMost);
                y += BAR;
            }
            if (y > top) {
                goal(body, top, y, atMost ? 1 / bound : bound);
                text(body, LEFT - 8, (top + y) / 2 + 4, "end", row.title().strip());
                if (row.figure().startsWith("cpu")) {
                    text(body, LEFT - 8, (top + y) / 2 + 17, "end", "(" + row.work().key() + ")");
                }
                y += GAP;
            }
        }
        return head(settings, y) + axis(y) + body + "</svg>" + System.lineSeparator();
    }

    private static String head(Settings settings, int bottom) {
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                        LEFT + WIDTH + 80,
                        bottom + 40));
        text(text, 10, 20, "start", "Side by side: times the TLS reference, longer is better");
        var x = 10;
        for (var contestant : settings.contestants()) {
            if (contestant == Contestant.TLS) {
                continue;
            }
            text.append(
                    String.format(
                            Locale.ROOT,
                            "<rect x=\"%d\" y=\"34\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
                            x,
                            colour(contestant)));
            text(text, x + 17, 44, "start", contestant.title());
            x += 40 + contestant.title().length() * 7;
        }
        text(text, x, 44, "start", "| to reach");
        return text.toString();
    }

    private static String axis(int bottom) {
        var text = new StringBuilder();
        for (var log2 = (int) MIN_LOG2; log2 <= MAX_LOG2; log2++) {
            var x = x(Math.pow(2, log2));
            line(text, x, TOP - 10, bottom, log2 == 0 ? "#222222" : "#dddddd", 1);
            text(
                    text,
                    (int) x,
                    bottom + 16,
                    "middle",
                    log2 < 0 ? "1/" + (1 << -log2) : String.valueOf(1 << log2));
        }
        return text.toString();
    }

    private static void bar(
            StringBuilder to, int y, Contestant contestant, double ratio, boolean atMost) {
        var better = atMost ? 1 / ratio : ratio;
        var from = Math.min(x(1), x(better));
        to.append(
                String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\">"
                                + "<title>%s: %.3f</title></rect>%n",
                        from,
                        y,
                        Math.max(1, Math.abs(x(better) - x(1))),
                        BAR - 2,
                        colour(contestant),
                        contestant.title(),
                        ratio));
        text(
                to,
                (int) (better >= 1 ? x(better) + 4 : x(1) + 4),
                y + BAR - 2,
                "start",
                String.format(Locale.ROOT, "%.2fx", ratio));
    }

    private static void goal(StringBuilder to, int top, int bottom, double better) {
        line(to, x(better), top - 3, bottom + 1, "#c0392b", 2);
    }

    private static double x(double better) {
        var log2 = Math.log(better) / Math.log(2);
        var inside = Math.max(MIN_LOG2, Math.min(MAX_LOG2, log2));
        return LEFT + (inside - MIN_LOG2) / (MAX_LOG2 - MIN_LOG2) * WIDTH;
    }

    private static void line(
            StringBuilder to, double x, int top, int bottom, String colour, int width) {
        to.append(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\""
                                + " stroke-width=\"%d\"/>%n",
                        x,
                        top,
                        x,
                        bottom,
                        colour,
                        width));
    }

    private static void text(StringBuilder to, int x, int y, String anchor, String what) {
        to.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
                        x,
                        y,
                        anchor,
                        what));
    }

    private static String colour(Contestant contestant) {
        return COLOURS[contestant.ordinal()];
    }
}
