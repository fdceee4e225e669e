package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.discovery.ValidatorSet.Validator;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code 0x1::stake::ValidatorSet} as an Aptos REST endpoint answers it:
 *
 * <pre>
 * { "type": "0x1::stake::ValidatorSet",
 *   "data": { "active_validators": [
 *               { "addr": "0x…",
 *                 "config": { "network_addresses": "0x…", "fullnode_addresses": "0x…", … }, … } ],
 *             "pending_inactive": [ … ], … } }
 * </pre>
 *
 * <p>Addresses are BCS lists in hex. What else is there is skipped without being kept.
 */
final class ValidatorSetText {
    static final String TYPE = "0x1::stake::ValidatorSet";

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** Where a field is read by a method of its own. */
    private interface Field {
        void read(String name) throws FailedReading;
    }

    private final JsonParser parser;
    private final List<Validator> active = new ArrayList<>();
    private final List<Validator> leaving = new ArrayList<>();
    private @Nullable String type;

    private ValidatorSetText(JsonParser parser) {
        this.parser = parser;
    }

    static ValidatorSet read(byte[] json) throws FailedReading {
        try (var parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            return new ValidatorSetText(parser).set();
        } catch (JacksonException e) {
            throw FailedReading.malformed("not JSON: " + firstLineOf(e.getOriginalMessage()), e);
        }
    }

    private static String firstLineOf(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    private ValidatorSet set() throws FailedReading {
        parser.nextToken();
        object(
                "the resource",
                name -> {
                    switch (name) {
                        case "type" -> type = text(name);
                        case "data" -> object(name, this::data);
                        default -> parser.skipChildren();
                    }
                });
        if (parser.nextToken() != null) {
            throw FailedReading.malformed("more after the end of the resource");
        }
        if (!TYPE.equals(type)) {
            throw FailedReading.malformed("type: " + type + " (expected: " + TYPE + ")");
        }
        if (active.isEmpty()) {
            throw FailedReading.malformed("no active validators");
        }
        return new ValidatorSet(active, leaving);
    }

    private void data(String name) throws FailedReading {
        switch (name) {
            case "active_validators" -> list(name, active);
            case "pending_inactive" -> list(name, leaving);
            default -> parser.skipChildren();
        }
    }

    private void list(String name, List<Validator> into) throws FailedReading {
        expect(name, JsonToken.START_ARRAY);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            into.add(new ValidatorText().read());
        }
    }

    /** The fields of one validator as they come. */
    private final class ValidatorText {
        private @Nullable String addr;
        private @Nullable String network;
        private @Nullable String fullnode;

        Validator read() throws FailedReading {
            object("validator", this::field);
            try {
                return new Validator(
                        PeerId.parse(required("addr", addr)),
                        bytes(required("network_addresses", network)),
                        bytes(required("fullnode_addresses", fullnode)));
            } catch (IllegalArgumentException e) {
                throw FailedReading.malformed("validator " + addr + ": " + e.getMessage(), e);
            }
        }

        private void field(String name) throws FailedReading {
            switch (name) {
                case "addr" -> addr = text(name);
                case "config" -> object(name, this::config);
                default -> parser.skipChildren();
            }
        }

        private void config(String name) throws FailedReading {
            switch (name) {
                case "network_addresses" -> network = text(name);
                case "fullnode_addresses" -> fullnode = text(name);
                default -> parser.skipChildren();
            }
        }

        private String required(String name, @Nullable String value) throws FailedReading {
            if (value == null) {
                throw FailedReading.malformed("validator " + addr + ": no " + name);
            }
            return value;
        }
    }

    private static Bytes bytes(String hex) {
        return Bytes.hex(hex.startsWith("0x") ? hex.substring(2) : hex);
    }

    private void object(String what, Field field) throws FailedReading {
        expect(what, JsonToken.START_OBJECT);
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            field.read(name);
        }
    }

    private String text(String name) throws FailedReading {
        expect(name, JsonToken.VALUE_STRING);
        return parser.getString();
    }

    private void expect(String what, JsonToken token) throws FailedReading {
        if (parser.currentToken() != token) {
            throw FailedReading.malformed(
                    what + ": " + parser.currentToken() + " (expected: " + token + ")");
        }
    }
}
