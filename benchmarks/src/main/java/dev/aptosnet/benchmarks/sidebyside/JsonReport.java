package dev.aptosnet.benchmarks.sidebyside;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every figure of every round, and the medians, as one JSON object. */
final class JsonReport {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonReport() {}

    static String of(Settings settings, Results results) {
        var object = new LinkedHashMap<String, Object>();
        object.put("rounds", settings.rounds());
        object.put("seconds", settings.seconds());
        object.put("java", Runtime.version().toString());
        object.put(
                "system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        object.put("processors", Runtime.getRuntime().availableProcessors());
        object.put("one_core_each", ChildProcess.taskset().isPresent());
        object.put("jvm", settings.jvm());
        object.put("table", table(settings, results));
        object.put("figures", figures(settings, results));
        object.put("failures", results.failures());
        return MAPPER.writeValueAsString(object) + System.lineSeparator();
    }

    private static Object table(Settings settings, Results results) {
        var rows = new ArrayList<Map<String, Object>>();
        for (var row : Row.ALL) {
            if (!settings.work().contains(row.work())) {
                continue;
            }
            var object = new LinkedHashMap<String, Object>();
            object.put("work", row.work().key());
            object.put("figure", row.figure());
            object.put("title", row.title().strip());
            object.put("to_reach", row.goal().text());
            results.reached(row, Contestant.AESGCM).ifPresent(is -> object.put("reached", is));
            for (var contestant : settings.contestants()) {
                var cell = new LinkedHashMap<String, Object>();
                results.median(row, contestant).ifPresent(is -> cell.put("median", is));
                results.ratio(row, contestant, Contestant.TLS)
                        .ifPresent(is -> cell.put("ratio_to_tls", is));
                object.put(contestant.key(), cell);
            }
            rows.add(object);
        }
        return rows;
    }

    private static Object figures(Settings settings, Results results) {
        var works = new LinkedHashMap<String, Object>();
        for (var work : settings.work()) {
            var contestants = new LinkedHashMap<String, Object>();
            for (var contestant : settings.contestants()) {
                contestants.put(
                        contestant.key(),
                        new ArrayList<>(results.rounds(work, contestant).values()));
            }
            works.put(work.key(), contestants);
        }
        return works;
    }
}
