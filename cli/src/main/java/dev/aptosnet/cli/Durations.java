package dev.aptosnet.cli;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as people type them. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h)?");

    private Durations() {}

    /**
     * Reads {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}, or a number of seconds.
     *
     * @throws IllegalArgumentException for anything else
     */
    static Duration parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" (expected: a duration such as 500ms, 5s or 2m)");
        }
        var number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case null, default -> Duration.ofSeconds(number);
        };
    }
}
