package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The pictures of a run. */
final class Plots {
    private static final int WIDTH = 960;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 50;
    private static final int HEIGHT = 300;
    private static final int CELL = 62;
    private static final int NAMES = 110;

    private Plots() {}

    static Map<String, String> of(
            String scenario,
            SimSettings settings,
            Timeline timeline,
            int wantedPairs,
            MonoTime end,
            RoundTrips roundTrips) {
        var title = scenario + ", " + settings.nodes() + " nodes, seed " + settings.seed() + ": ";
        var plots = new LinkedHashMap<String, String>();
        plots.put("connected-pairs.svg", pairs(title, timeline, wantedPairs, end));
        plots.put("round-trips.svg", matrix(title, roundTrips));
        return Collections.unmodifiableMap(plots);
    }

    private static String pairs(String title, Timeline timeline, int wantedPairs, MonoTime end) {
        var svg = new Svg(WIDTH, TOP + HEIGHT + 50);
        var bottom = TOP + HEIGHT;
        svg.words(LEFT, 24, "start", title + "connected pairs; grey: something is broken");
        for (var band : timeline.bands()) {
            var from = x(band.from(), end);
            var to = Math.max(from + 1, x(MonoTime.earlier(band.to(), end), end));
            svg.rect(from, TOP, to - from, HEIGHT, "#808080", 0.25);
        }
        // Few faults have room for their names.
        if (timeline.bands().size() <= 8) {
            for (var band : timeline.bands()) {
                svg.words(x(band.from(), end) + 3, TOP + 14, "start", band.label());
            }
        }
        for (var quarter = 0; quarter <= 4; quarter++) {
            var y = bottom - HEIGHT * quarter / 4.0;
            svg.line(LEFT, y, WIDTH - RIGHT, y, "#dddddd");
            svg.words(LEFT - 8, y + 4, "end", String.valueOf(wantedPairs * quarter / 4));
            var second = end.nanos() / 1e9 * quarter / 4;
            svg.words(
                    LEFT + (WIDTH - LEFT - RIGHT) * quarter / 4.0,
                    bottom + 20,
                    "middle",
                    String.format(Locale.ROOT, "%.1f s", second));
        }
        var points = new StringBuilder();
        var y = (double) bottom;
        for (var sample : timeline.samples()) {
            var x = x(sample.time(), end);
            append(points, x, y);
            y = bottom - (double) HEIGHT * sample.pairs() / Math.max(1, wantedPairs);
            append(points, x, y);
        }
        append(points, WIDTH - RIGHT, y);
        svg.curve(points.toString(), "#1f77b4");
        return svg.finish();
    }

    private static double x(MonoTime time, MonoTime end) {
        return LEFT + (double) (WIDTH - LEFT - RIGHT) * time.nanos() / Math.max(1, end.nanos());
    }

    private static void append(StringBuilder points, double x, double y) {
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
    }

    private static String matrix(String title, RoundTrips roundTrips) {
        var regions = Region.values();
        var side = NAMES + CELL * regions.length;
        var svg = new Svg(side + RIGHT, TOP + 30 + CELL * regions.length);
        svg.words(10, 24, "start", title + "mean round trip of a call, ms, row to column");
        for (var row = 0; row < regions.length; row++) {
            var y = TOP + 20 + CELL * row;
            svg.words(NAMES - 8, y + CELL / 2.0 + 4, "end", regions[row].label());
            svg.words(
                    NAMES + CELL * (row + 0.5),
                    TOP + (row % 2 == 0 ? 14 : 0),
                    "middle",
                    regions[row].label());
            for (var column = 0; column < regions.length; column++) {
                var millis = roundTrips.meanMillis(regions[row], regions[column]);
                var x = NAMES + CELL * column;
                if (!Double.isNaN(millis)) {
                    var opacity = 0.1 + 0.8 * Math.min(1, millis / 450);
                    svg.rect(x, y, CELL - 2, CELL - 2, "#d62728", opacity);
                    svg.words(
                            x + CELL / 2.0,
                            y + CELL / 2.0 + 4,
                            "middle",
                            String.format(Locale.ROOT, "%.1f", millis));
                }
            }
        }
        return svg.finish();
    }
}
