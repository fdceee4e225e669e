package dev.aptosnet.cli;

import java.util.Locale;
import java.util.regex.Pattern;

/** Bytes a second as people type them. */
final class Rates {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,9})(kb|kib|mb|mib|gb|kbit|mbit|gbit)?(/s)?");

    private Rates() {}

    /**
     * Reads {@code 5MB} or {@code 5MB/s}, {@code 512KiB}, {@code 10Mbit}, or a number of bytes,
     * each for one second.
     *
     * @throws IllegalArgumentException for anything else
     */
    static long parse(String text) {
        var match = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" (expected: a rate such as 5MB, 512KiB or 10Mbit)");
        }
        var number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "kb" -> number * 1000;
            case "kib" -> number << 10;
            case "mb" -> number * 1_000_000;
            case "mib" -> number << 20;
            case "gb" -> number * 1_000_000_000;
            case "kbit" -> number * 125;
            case "mbit" -> number * 125_000;
            case "gbit" -> number * 125_000_000;
            case null, default -> number;
        };
    }
}
