package dev.aptosnet.cli;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

/** One object on one line. */
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static String line(Map<String, ?> object) {
        return MAPPER.writeValueAsString(object);
    }

    /** Milliseconds with three digits after the point. */
    static double millis(long nanos) {
        return millis((double) nanos);
    }

    /** Milliseconds with three digits after the point. */
    static double millis(double nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
