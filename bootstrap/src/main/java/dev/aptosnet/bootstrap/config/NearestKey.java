package dev.aptosnet.bootstrap.config;

import java.util.Collection;
import java.util.Optional;

/** Finds what somebody meant to write. */
final class NearestKey {
    private NearestKey() {}

    /** The known key with the fewest edits to this one, if they are few. */
    static Optional<String> of(String key, Collection<String> known) {
        var least = Math.max(2, key.length() / 3) + 1;
        Optional<String> nearest = Optional.empty();
        for (var candidate : known) {
            var edits = edits(key, candidate);
            if (edits < least) {
                least = edits;
                nearest = Optional.of(candidate);
            }
        }
        return nearest;
    }

    /** Levenshtein's distance, one row at a time. Keys beyond 100 characters are far from all. */
    private static int edits(String a, String b) {
        if (a.length() > 100) {
            return Integer.MAX_VALUE;
        }
        var row = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var above = row[j];
                var replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
