package dev.aptosnet.cli.vectors;

import dev.aptosnet.ports.model.Bytes;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One JSON value of a vector file, with accessors that say what is missing. */
record Entry(JsonNode node) {
    /** The entry's name in brackets, or nothing. */
    String label() {
        for (var key : List.of("name", "text", "bcs")) {
            if (has(key)) {
                var text = text(key);
                return " (" + (text.length() <= 60 ? text : text.substring(0, 60) + "…") + ")";
            }
        }
        return "";
    }

    boolean has(String key) {
        return node.has(key);
    }

    Entry sub(String key) {
        var value = node.get(key);
        if (value == null) {
            throw new Expect.Mismatch("a field " + key, "none");
        }
        return new Entry(value);
    }

    String text() {
        if (!node.isString()) {
            throw new Expect.Mismatch("a string", node.toString());
        }
        return node.stringValue();
    }

    String text(String key) {
        return sub(key).text();
    }

    Bytes hex(String key) {
        return Bytes.hex(text(key));
    }

    /** An integer, or a decimal string, up to 2^64-1. */
    long number() {
        if (node.isString()) {
            return Long.parseUnsignedLong(node.stringValue());
        }
        if (!node.isIntegralNumber()) {
            throw new Expect.Mismatch("an integer", node.toString());
        }
        return node.longValue();
    }

    long number(String key) {
        return sub(key).number();
    }

    boolean flag(String key) {
        return sub(key).node().booleanValue();
    }

    List<Entry> list() {
        if (!node.isArray()) {
            throw new Expect.Mismatch("an array", node.toString());
        }
        var list = new ArrayList<Entry>();
        for (var i = 0; i < node.size(); i++) {
            list.add(new Entry(node.get(i)));
        }
        return list;
    }

    List<Entry> list(String key) {
        return sub(key).list();
    }

    List<String> texts(String key) {
        return list(key).stream().map(Entry::text).toList();
    }

    /** As maps, lists, strings, longs and booleans, which compare by value. */
    Object plain() {
        if (node.isObject()) {
            var map = new TreeMap<String, Object>();
            for (var property : node.properties()) {
                map.put(property.getKey(), new Entry(property.getValue()).plain());
            }
            return map;
        }
        if (node.isArray()) {
            return list().stream().map(Entry::plain).toList();
        }
        if (node.isIntegralNumber()) {
            return node.longValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isString() ? node.stringValue() : node.toString();
    }
}
