package dev.aptosnet.benchmarks.datapath;

import java.util.Locale;

/** Whose figure it is. */
enum Side {
    /** What ours is measured against, in the same run; each row says what it is. */
    BASELINE,
    /** The node as it is. */
    OURS;

    String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
