package dev.aptosnet.bootstrap.config;

import java.util.List;
import java.util.Map;

/** A piece of a YAML file that remembers its line. */
sealed interface YamlNode {
    /** Counted from 1. */
    int line();

    /** How it is called where it is not what was expected. */
    String shown();

    /**
     * A single value.
     *
     * @param text as written
     * @param kind what an unquoted value reads as
     */
    record Scalar(int line, String text, Kind kind) implements YamlNode {
        @Override
        public String shown() {
            return switch (kind) {
                case TEXT -> "\"" + text + "\"";
                case NULL -> "nothing";
                default -> text;
            };
        }
    }

    /** What a value without quotes is. */
    enum Kind {
        TEXT,
        INTEGER,
        FRACTION,
        BOOLEAN,
        NULL
    }

    /** Values by key, in the order of the file. */
    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {
        @Override
        public String shown() {
            return "a mapping";
        }
    }

    /**
     * A key's value.
     *
     * @param line where the key stands
     */
    record Entry(int line, YamlNode value) {}

    /** Values in a row. */
    record Listing(int line, List<YamlNode> items) implements YamlNode {
        @Override
        public String shown() {
            return "a list";
        }
    }

    /** A reference to another place of the file. Never followed: expanding them has no bound. */
    record Alias(int line, String name) implements YamlNode {
        @Override
        public String shown() {
            return "the alias *" + name;
        }
    }
}
