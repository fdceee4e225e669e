package dev.aptosnet.bootstrap.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/**
 * Reads a YAML file into nodes that know their lines. Bounded: 1 MiB, 32 levels, no key twice, and
 * aliases are kept as such, so that a small file cannot grow.
 */
final class YamlFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 32;

    private final String name;
    private final YAMLParser parser;

    private YamlFile(String name, YAMLParser parser) {
        this.name = name;
        this.parser = parser;
    }

    /**
     * The mapping at the root of a file; an empty file is an empty mapping.
     *
     * @throws ConfigException if there is none, with its line
     */
    static YamlNode.Mapping read(Path file) {
        return parse(file.toString(), contentOf(file));
    }

    private static String contentOf(Path file) {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ConfigException(file + ": larger than " + MAX_BYTES + " bytes");
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (NoSuchFileException _) {
            throw new ConfigException(file + ": no such file");
        } catch (AccessDeniedException _) {
            throw new ConfigException(file + ": permission denied");
        } catch (CharacterCodingException _) {
            throw new ConfigException(file + ": not UTF-8");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }

    static YamlNode.Mapping parse(String name, String text) {
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            return new YamlFile(name, (YAMLParser) parser).root();
        } catch (JacksonException e) {
            var problem = e.getOriginalMessage();
            throw ConfigException.at(
                    name,
                    e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr()),
                    "not YAML: " + (problem == null ? "" : problem.lines().findFirst().orElse("")));
        }
    }

    private YamlNode.Mapping root() {
        var first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return new YamlNode.Mapping(1, new LinkedHashMap<>());
        }
        var node = value(first, 0);
        if (!(node instanceof YamlNode.Mapping mapping)) {
            throw ConfigException.at(name, node.line(), node.shown() + " (expected: a mapping)");
        }
        if (parser.nextToken() != null) {
            throw ConfigException.at(name, line(), "a second document (expected: one)");
        }
        return mapping;
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private YamlNode value(JsonToken token, int depth) {
        var line = line();
        if (depth > MAX_DEPTH) {
            throw ConfigException.at(name, line, "deeper than " + MAX_DEPTH + " levels");
        }
        if (parser.isCurrentAlias()) {
            return new YamlNode.Alias(line, parser.getString());
        }
        return switch (token) {
            case START_OBJECT -> mapping(line, depth);
            case START_ARRAY -> {
                var items = new ArrayList<YamlNode>();
                for (var next = parser.nextToken();
                        next != JsonToken.END_ARRAY;
                        next = parser.nextToken()) {
                    items.add(value(next, depth + 1));
                }
                yield new YamlNode.Listing(line, items);
            }
            case VALUE_NUMBER_INT -> scalar(line, YamlNode.Kind.INTEGER);
            case VALUE_NUMBER_FLOAT -> scalar(line, YamlNode.Kind.FRACTION);
            case VALUE_TRUE, VALUE_FALSE -> scalar(line, YamlNode.Kind.BOOLEAN);
            case VALUE_NULL -> new YamlNode.Scalar(line, "", YamlNode.Kind.NULL);
            default -> scalar(line, YamlNode.Kind.TEXT);
        };
    }

    private YamlNode scalar(int line, YamlNode.Kind kind) {
        return new YamlNode.Scalar(line, parser.getString(), kind);
    }

    private YamlNode mapping(int line, int depth) {
        var entries = new LinkedHashMap<String, YamlNode.Entry>();
        for (var next = parser.nextToken();
                next != JsonToken.END_OBJECT;
                next = parser.nextToken()) {
            var key = parser.currentName();
            var keyLine = line();
            var before =
                    entries.put(
                            key, new YamlNode.Entry(keyLine, value(parser.nextToken(), depth + 1)));
            if (before != null) {
                throw ConfigException.at(
                        name, keyLine, key + ": twice (first in line " + before.line() + ")");
            }
        }
        return new YamlNode.Mapping(line, entries);
    }
}
