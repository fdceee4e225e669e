package dev.aptosnet.bootstrap.config;

import dev.aptosnet.bootstrap.config.YamlNode.Kind;
import dev.aptosnet.bootstrap.config.YamlNode.Listing;
import dev.aptosnet.bootstrap.config.YamlNode.Mapping;
import dev.aptosnet.bootstrap.config.YamlNode.Scalar;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One mapping of a configuration, asked key by key. Every refusal is one line with file, line, key,
 * value and what was expected. What was asked for is what is known: {@link #refuseUnknown} refuses
 * the rest.
 */
final class Section {
    private static final int MAX_SHOWN = 80;

    /** The longest time that anything may be set to. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private final String file;
    private final String path;
    private final Mapping mapping;
    private final Set<String> known = new TreeSet<>();

    private Section(String file, String path, Mapping mapping) {
        this.file = file;
        this.path = path;
        this.mapping = mapping;
    }

    static Section read(Path file) {
        return new Section(file.toString(), "", YamlFile.read(file));
    }

    static Section parse(String name, String text) {
        return new Section(name, "", YamlFile.parse(name, text));
    }

    String file() {
        return file;
    }

    Set<String> keys() {
        return mapping.entries().keySet();
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    /** The value of a key; null where it is absent or holds nothing. */
    private @Nullable YamlNode find(String key) {
        known.add(key);
        var entry = mapping.entries().get(key);
        if (entry == null
                || (entry.value() instanceof Scalar(_, _, Kind kind) && kind == Kind.NULL)) {
            return null;
        }
        if (entry.value() instanceof YamlNode.Alias alias) {
            throw refused(key, alias.shown(), "the value itself; aliases are not followed");
        }
        return entry.value();
    }

    /** Takes a key as known without looking at it. */
    void skip(String key) {
        known.add(key);
    }

    ConfigException refused(String key, String value, String expected) {
        var entry = mapping.entries().get(key);
        var shown = value.length() > MAX_SHOWN ? value.substring(0, MAX_SHOWN) + "…" : value;
        return ConfigException.at(
                file,
                entry == null ? mapping.line() : entry.line(),
                path + key + ": " + shown.replace('\n', ' ') + " (expected: " + expected + ")");
    }

    Optional<String> text(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case Scalar scalar -> Optional.of(scalar.text());
            case YamlNode other -> throw refused(key, other.shown(), "a single value");
        };
    }

    String requiredText(String key, String expected) {
        return text(key).orElseThrow(() -> refused(key, "missing", expected));
    }

    /** A text that {@code parse} understands; what it refuses is refused with this key's line. */
    <T> Optional<T> parsed(String key, String expected, Function<String, T> parse) {
        return text(key).map(text -> convert(key, text, expected, parse));
    }

    <T> T convert(String key, String text, String expected, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException _) {
            throw refused(key, "\"" + text + "\"", expected);
        }
    }

    Optional<Boolean> bool(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case Scalar(_, String text, Kind kind) when kind == Kind.BOOLEAN ->
                    Optional.of(Boolean.parseBoolean(text.toLowerCase(Locale.ROOT)));
            case YamlNode other -> throw refused(key, other.shown(), "true or false");
        };
    }

    OptionalLong number(String key, long least, long most) {
        var expected = most == Long.MAX_VALUE ? "a number >= " + least : least + " to " + most;
        return switch (find(key)) {
            case null -> OptionalLong.empty();
            case Scalar(_, String text, Kind kind) when kind == Kind.INTEGER -> {
                long number;
                try {
                    number = Long.parseLong(text);
                } catch (NumberFormatException _) {
                    throw refused(key, text, expected);
                }
                if (number < least || number > most) {
                    throw refused(key, text, expected);
                }
                yield OptionalLong.of(number);
            }
            case YamlNode other -> throw refused(key, other.shown(), expected);
        };
    }

    OptionalInt integer(String key, int least, int most) {
        var number = number(key, least, most);
        return number.isPresent()
                ? OptionalInt.of(Math.toIntExact(number.getAsLong()))
                : OptionalInt.empty();
    }

    /** Milliseconds, a day's at most. */
    Optional<Duration> millis(String key, long least) {
        var millis = number(key, least, LONGEST.toMillis());
        return millis.isPresent()
                ? Optional.of(Duration.ofMillis(millis.getAsLong()))
                : Optional.empty();
    }

    Optional<Section> section(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case Mapping inner -> Optional.of(new Section(file, path + key + ".", inner));
            case YamlNode other -> throw refused(key, other.shown(), "a mapping");
        };
    }

    /** Whether a key holds a mapping. */
    boolean isSection(String key) {
        return find(key) instanceof Mapping;
    }

    List<String> texts(String key, String expected) {
        var texts = new ArrayList<String>();
        for (var item : items(key, expected)) {
            if (!(item instanceof Scalar scalar) || scalar.kind() == Kind.NULL) {
                throw refused(key, item.shown() + " in the list", expected);
            }
            texts.add(scalar.text());
        }
        return texts;
    }

    List<Section> sections(String key) {
        var sections = new ArrayList<Section>();
        for (var item : items(key, "a list of mappings")) {
            if (!(item instanceof Mapping inner)) {
                throw refused(key, item.shown() + " in the list", "a list of mappings");
            }
            sections.add(new Section(file, path + key + "[" + sections.size() + "].", inner));
        }
        return sections;
    }

    /** A value that may be a single one or a mapping. */
    sealed interface Item {
        /** A single value. */
        record Text(String text) implements Item {}

        /** A mapping. */
        record Inner(Section section) implements Item {}
    }

    /** The value of a key that may be a single one or a mapping. */
    Optional<Item> item(String key, String expected) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case YamlNode node -> Optional.of(item(key, key, node, expected));
        };
    }

    /** A list of such values. */
    List<Item> mixed(String key, String expected) {
        var items = new ArrayList<Item>();
        for (var node : items(key, expected)) {
            items.add(item(key, key + "[" + items.size() + "]", node, expected));
        }
        return items;
    }

    private Item item(String key, String name, YamlNode node, String expected) {
        return switch (node) {
            case Scalar(_, String text, Kind kind) when kind == Kind.TEXT -> new Item.Text(text);
            case Mapping inner -> new Item.Inner(new Section(file, path + name + ".", inner));
            case YamlNode other -> throw refused(key, other.shown(), expected);
        };
    }

    List<YamlNode> items(String key, String expected) {
        return switch (find(key)) {
            case null -> List.of();
            case Listing listing -> listing.items();
            case YamlNode other -> throw refused(key, other.shown(), expected);
        };
    }

    /** The mapping under a key whose own keys are names rather than settings. */
    Map<String, YamlNode> named(String key) {
        return switch (find(key)) {
            case null -> Map.of();
            case Mapping inner -> {
                var values = new LinkedHashMap<String, YamlNode>();
                inner.entries().forEach((name, entry) -> values.put(name, entry.value()));
                yield values;
            }
            case YamlNode other -> throw refused(key, other.shown(), "a mapping");
        };
    }

    /** Refuses keys that nobody has asked for, and names the nearest that is known. */
    void refuseUnknown() {
        for (var entry : mapping.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw ConfigException.at(
                        file,
                        entry.getValue().line(),
                        path
                                + entry.getKey()
                                + ": unknown key (expected: "
                                + NearestKey.of(entry.getKey(), known)
                                        .map(near -> "did you mean " + near + "?")
                                        .orElse("one of " + String.join(", ", known))
                                + ")");
            }
        }
    }
}
