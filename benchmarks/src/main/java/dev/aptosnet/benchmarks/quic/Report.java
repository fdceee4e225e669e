package dev.aptosnet.benchmarks.quic;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Rows as they come in, then a table and one JSON object.
 *
 * @param <C> who or what has a column
 */
public final class Report<C extends Enum<C>> {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** One figure of each contestant, and what it shall be. */
    public final class Row {
        private final String work;
        private final String title;
        private final String unit;
        private final Map<C, Double> figures = new EnumMap<>(columns);
        private String goal = "";
        private @Nullable Boolean reached;

        private Row(String work, String title, String unit) {
            this.work = work;
            this.title = title;
            this.unit = unit;
        }

        /** Sets one figure. */
        public Row put(C contestant, double figure) {
            figures.put(contestant, figure);
            return this;
        }

        /** One figure; not a number where there is none. */
        public double of(C contestant) {
            return figures.getOrDefault(contestant, Double.NaN);
        }

        /** What the last column's figure is to that of the first. */
        public double ratio() {
            return of(last) / of(first);
        }

        /** What shall be, and whether it is. */
        public Row goal(String text, boolean is) {
            goal = text;
            reached = is;
            return this;
        }
    }

    private final Class<C> columns;
    private final Function<C, String> titles;
    private final String ratioTitle;
    private final C first;
    private final C last;
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> notes = new LinkedHashMap<>();

    /**
     * An empty one.
     *
     * @param columns in this order; the last is compared with the first
     * @param titles of the columns
     * @param ratioTitle of that comparison
     */
    public Report(Class<C> columns, Function<C, String> titles, String ratioTitle) {
        this.columns = columns;
        this.titles = titles;
        this.ratioTitle = ratioTitle;
        var all = columns.getEnumConstants();
        this.first = all[0];
        this.last = all[all.length - 1];
    }

    /** A new row without figures. */
    public Row row(String work, String title, String unit) {
        var made = new Row(work, title, unit);
        rows.add(made);
        return made;
    }

    /** Says why something is not there, or what was seen beside. */
    public void note(String work, String text) {
        System.err.println(work + ": " + text);
        notes.merge(work, text, (before, added) -> before + "; " + added);
    }

    /** The rows as text, then the notes. */
    public String table() {
        var text = new StringBuilder();
        var heads = Arrays.stream(columns.getEnumConstants()).map(titles).toList();
        text.append(line("work", "unit", heads, ratioTitle, "to reach"));
        for (var row : rows) {
            var ratio = row.ratio();
            text.append(
                    line(
                            row.title,
                            row.unit,
                            Arrays.stream(columns.getEnumConstants())
                                    .map(column -> number(row.of(column)))
                                    .toList(),
                            Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "",
                            row.reached == null
                                    ? ""
                                    : row.goal + (row.reached ? "  yes" : "  NO")));
        }
        notes.forEach((work, note) -> text.append(work).append(": ").append(note).append('\n'));
        return text.toString();
    }

    private static String line(
            String title, String unit, List<String> cells, String ratio, String goal) {
        var text = new StringBuilder(String.format(Locale.ROOT, "%-46s %-6s", title, unit));
        cells.forEach(cell -> text.append(String.format(Locale.ROOT, " %10s", cell)));
        text.append(String.format(Locale.ROOT, " %9s  %s", ratio, goal));
        return text.toString().stripTrailing() + "\n";
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        var size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    /** The same as one JSON object. */
    public String json(long seed) {
        var object = new LinkedHashMap<String, Object>();
        object.put("seed", seed);
        object.put("java", Runtime.version().toString());
        object.put(
                "system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        object.put("processors", Runtime.getRuntime().availableProcessors());
        object.put("rows", rows.stream().map(this::fields).toList());
        object.put("notes", notes);
        return MAPPER.writeValueAsString(object);
    }

    private Map<String, Object> fields(Row row) {
        var object = new LinkedHashMap<String, Object>();
        object.put("work", row.work);
        object.put("title", row.title.strip());
        object.put("unit", row.unit);
        row.figures.forEach(
                (who, figure) -> object.put(who.name().toLowerCase(Locale.ROOT), figure));
        if (row.reached != null) {
            object.put("to_reach", row.goal);
            object.put("reached", row.reached);
        }
        return object;
    }
}
