package dev.aptosnet.cli.vectors;

import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.ports.model.Bytes;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A type as {@code bcs.json} writes it, such as {@code map<string,u8>}. */
sealed interface BcsType {
    Object read(BcsReader in);

    void write(BcsWriter out, Object value);

    Object fromJson(Entry json);

    default Object decode(Bytes bcs) {
        var in = new BcsReader(bcs);
        var value = read(in);
        in.end();
        return value;
    }

    default Bytes encode(Object value) {
        var out = new BcsWriter();
        write(out, value);
        return out.toBytes();
    }

    static BcsType parse(String text) {
        if (text.startsWith("enum(")) {
            return new Variant(Integer.parseInt(text.substring(5, text.indexOf(' '))));
        }
        var open = text.indexOf('<');
        if (open < 0) {
            return Scalar.valueOf(text.toUpperCase(Locale.ROOT));
        }
        var inner = text.substring(open + 1, text.length() - 1);
        var comma = inner.lastIndexOf(',');
        return switch (text.substring(0, open)) {
            case "option" -> new Option(parse(inner));
            case "vector" -> new Vector(parse(inner));
            case "array" ->
                    new Array(
                            parse(inner.substring(0, comma)),
                            Integer.parseInt(inner.substring(comma + 1)));
            case "map" ->
                    new MapOf(parse(inner.substring(0, comma)), parse(inner.substring(comma + 1)));
            default -> throw new Expect.Mismatch("a known type", text);
        };
    }

    /** Types without parameters. Numbers are {@link BigInteger}. */
    enum Scalar implements BcsType {
        U8,
        U16,
        U32,
        U64,
        U128,
        BOOL,
        STRING,
        BYTES,
        UNIT;

        @Override
        public Object read(BcsReader in) {
            return switch (this) {
                case U8 -> BigInteger.valueOf(in.u8());
                case U16 -> BigInteger.valueOf(in.u16());
                case U32 -> BigInteger.valueOf(Integer.toUnsignedLong(in.u32()));
                case U64 -> new BigInteger(Long.toUnsignedString(in.u64()));
                case U128 -> in.u128();
                case BOOL -> in.bool();
                case STRING -> in.string();
                case BYTES -> in.bytes();
                case UNIT -> "()";
            };
        }

        @Override
        public void write(BcsWriter out, Object value) {
            switch (this) {
                case U8 -> out.u8(((BigInteger) value).intValueExact());
                case U16 -> out.u16(((BigInteger) value).intValueExact());
                case U32 -> out.u32(((BigInteger) value).intValue());
                case U64 -> out.u64(((BigInteger) value).longValue());
                case U128 -> out.u128((BigInteger) value);
                case BOOL -> out.bool((Boolean) value);
                case STRING -> out.string((String) value);
                case BYTES -> out.bytes((Bytes) value);
                case UNIT -> {}
            }
        }

        @Override
        public Object fromJson(Entry json) {
            return switch (this) {
                case U8, U16, U32, U64, U128 -> new BigInteger(json.node().asString());
                case BOOL -> json.node().booleanValue();
                case STRING -> json.text();
                case BYTES -> Bytes.hex(json.text());
                case UNIT -> "()";
            };
        }
    }

    /** {@code enum(n variants)}, without content. */
    record Variant(int count) implements BcsType {
        @Override
        public Object read(BcsReader in) {
            return in.variant(count);
        }

        @Override
        public void write(BcsWriter out, Object value) {
            out.variant((Integer) value);
        }

        @Override
        public Object fromJson(Entry json) {
            return Math.toIntExact(json.number());
        }
    }

    /** {@code option<T>}; null in JSON is none. */
    record Option(BcsType of) implements BcsType {
        @Override
        public Object read(BcsReader in) {
            return in.option(of::read);
        }

        @Override
        public void write(BcsWriter out, Object value) {
            out.option((Optional<?>) value, of::write);
        }

        @Override
        public Object fromJson(Entry json) {
            return json.node().isNull() ? Optional.empty() : Optional.of(of.fromJson(json));
        }
    }

    /** {@code vector<T>}. */
    record Vector(BcsType of) implements BcsType {
        @Override
        public Object read(BcsReader in) {
            return in.list(of::read);
        }

        @Override
        public void write(BcsWriter out, Object value) {
            out.list((List<?>) value, of::write);
        }

        @Override
        public Object fromJson(Entry json) {
            return json.list().stream().map(of::fromJson).toList();
        }
    }

    /** {@code array<T,n>}: no count before it. */
    record Array(BcsType of, int length) implements BcsType {
        @Override
        public Object read(BcsReader in) {
            var list = new ArrayList<>();
            for (var i = 0; i < length; i++) {
                list.add(of.read(in));
            }
            return list;
        }

        @Override
        public void write(BcsWriter out, Object value) {
            for (var element : (List<?>) value) {
                of.write(out, element);
            }
        }

        @Override
        public Object fromJson(Entry json) {
            return json.list().stream().map(of::fromJson).toList();
        }
    }

    /** {@code map<K,V>}; in JSON a list of pairs. */
    record MapOf(BcsType key, BcsType value) implements BcsType {
        @Override
        public Object read(BcsReader in) {
            return in.map(key::read, value::read);
        }

        @Override
        public void write(BcsWriter out, Object map) {
            out.map((Map<?, ?>) map, key::write, value::write);
        }

        @Override
        public Object fromJson(Entry json) {
            var map = new LinkedHashMap<Object, Object>();
            for (var pair : json.list()) {
                var both = pair.list();
                map.put(key.fromJson(both.get(0)), value.fromJson(both.get(1)));
            }
            return map;
        }
    }
}
