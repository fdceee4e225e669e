package dev.aptosnet.bootstrap.cli;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

/** One object on one line. */
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static String line(Map<String, ?> object) {
        return MAPPER.writeValueAsString(object);
    }

    /** Milliseconds with three digits after the point, for people and programs alike. */
    static double millis(double nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
