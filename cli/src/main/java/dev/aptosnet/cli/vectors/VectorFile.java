package dev.aptosnet.cli.vectors;

import java.util.Map;

/** One kind of vector file. */
interface VectorFile {
    /** Checks one entry. */
    @FunctionalInterface
    interface Check {
        /** Returns if the entry holds. */
        void check(Entry entry, Expect expect) throws Exception;
    }

    /** What to do with the entries of each section; {@code root} is the whole file. */
    Map<String, Check> sections(Entry root);
}
