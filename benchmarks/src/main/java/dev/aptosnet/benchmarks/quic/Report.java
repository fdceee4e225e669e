package dev.aptosnet.benchmarks.quic;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows as they come in, then a table and one JSON object. */
final class Report {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** One figure of each contestant, and what it shall be. */
    static final class Row {
        private final String work;
        private final String title;
        private final String unit;
        private final Map<Contestant, Double> figures = new EnumMap<>(Contestant.class);
        private String goal = "";
        private @Nullable Boolean reached;

        private Row(String work, String title, String unit) {
            this.work = work;
            this.title = title;
            this.unit = unit;
        }

        Row put(Contestant contestant, double figure) {
            figures.put(contestant, figure);
            return this;
        }

        double of(Contestant contestant) {
            return figures.getOrDefault(contestant, Double.NaN);
        }

        /** What QUIC's figure is to that of TCP. */
        double ratio() {
            return of(Contestant.QUIC) / of(Contestant.TCP);
        }

        /** What shall be, and whether it is. */
        Row goal(String text, boolean is) {
            goal = text;
            reached = is;
            return this;
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> notes = new LinkedHashMap<>();

    Row row(String work, String title, String unit) {
        var made = new Row(work, title, unit);
        rows.add(made);
        return made;
    }

    /** Says why something is not there, or what was seen beside. */
    void note(String work, String text) {
        System.err.println(work + ": " + text);
        notes.merge(work, text, (before, added) -> before + "; " + added);
    }

    String table() {
        var text = new StringBuilder();
        text.append(line("work", "unit", "TCP cubic", "TCP bbr", "QUIC", "QUIC/TCP", "to reach"));
        for (var row : rows) {
            var ratio = row.ratio();
            text.append(
                    line(
                            row.title,
                            row.unit,
                            number(row.of(Contestant.TCP)),
                            number(row.of(Contestant.TCP_BBR)),
                            number(row.of(Contestant.QUIC)),
                            Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "",
                            row.reached == null
                                    ? ""
                                    : row.goal + (row.reached ? "  yes" : "  NO")));
        }
        notes.forEach((work, note) -> text.append(work).append(": ").append(note).append('\n'));
        return text.toString();
    }

    private static String line(String title, String... cells) {
        return String.format(
                                Locale.ROOT,
                                "%-46s %-6s %10s %10s %10s %9s  %s",
                                title,
                                cells[0],
                                cells[1],
                                cells[2],
                                cells[3],
                                cells[4],
                                cells[5])
                        .stripTrailing()
                + "\n";
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        var size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    String json(long seed) {
        var object = new LinkedHashMap<String, Object>();
        object.put("seed", seed);
        object.put("java", Runtime.version().toString());
        object.put(
                "system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        object.put("processors", Runtime.getRuntime().availableProcessors());
        object.put("rows", rows.stream().map(Report::fields).toList());
        object.put("notes", notes);
        return MAPPER.writeValueAsString(object);
    }

    private static Map<String, Object> fields(Row row) {
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
