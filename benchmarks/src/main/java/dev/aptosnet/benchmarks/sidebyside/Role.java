package dev.aptosnet.benchmarks.sidebyside;

import java.util.Locale;

/** Which end of a contestant. */
enum Role {
    /** Dials and makes the load. */
    NEAR,
    /** Listens and answers. */
    FAR;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Role other() {
        return this == NEAR ? FAR : NEAR;
    }
}
