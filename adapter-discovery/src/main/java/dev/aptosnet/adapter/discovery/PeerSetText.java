package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Reads aptos-core's peer set: peer id to {@code addresses}, {@code keys} and {@code role}, as YAML
 * or JSON. Tokens are checked as they come, so that no tree is built of what does not belong here;
 * aliases are refused, and with them every way to make a small text large.
 *
 * <p>All three entries of a peer have to be there. That also catches most texts that were cut off
 * while they were written; a text that has nothing at all is refused, while {@code {}} is the empty
 * set.
 */
final class PeerSetText {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final YAMLFactory YAML =
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final JsonParser parser;

    private PeerSetText(JsonParser parser) {
        this.parser = parser;
    }

    static List<DiscoveredPeer> json(String text) throws FailedReading {
        return read(JSON, text, "JSON");
    }

    static List<DiscoveredPeer> yaml(String text) throws FailedReading {
        // Half of "ValidatorFullNode" is "Validator": only a line that has ended can be believed.
        if (!text.isBlank() && "\n}".indexOf(text.charAt(text.length() - 1)) < 0) {
            throw FailedReading.malformed("the last line does not end: half-written?");
        }
        return read(YAML, text, "YAML");
    }

    private static List<DiscoveredPeer> read(TokenStreamFactory format, String text, String name)
            throws FailedReading {
        try (var parser = format.createParser(ObjectReadContext.empty(), text)) {
            return new PeerSetText(parser).peers();
        } catch (JacksonException e) {
            var line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw FailedReading.malformed("line " + line + ": not " + name + ": " + problem(e), e);
        }
    }

    /** What the parser says, without the places that it was told to keep to itself. */
    private static String problem(JacksonException e) {
        var message = e.getOriginalMessage();
        return message == null
                ? ""
                : message.lines().findFirst().orElse("").replaceFirst(" \\(start marker at.*", "");
    }

    private List<DiscoveredPeer> peers() throws FailedReading {
        if (isNothing(parser.nextToken())) {
            throw FailedReading.malformed("nothing in it (an empty set is written {})");
        }
        expect(JsonToken.START_OBJECT, "a mapping from peer ids");
        var peers = new TreeMap<PeerId, DiscoveredPeer>();
        while (next() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            var id = convert(name, PeerId::parse);
            next();
            if (peers.put(id, peer(id)) != null) {
                throw refused(name + ": twice");
            }
        }
        if (parser.nextToken() != null) {
            throw refused("more after the end of the set");
        }
        return List.copyOf(peers.values());
    }

    /** Whether there is no document, or one without content. */
    private boolean isNothing(@Nullable JsonToken first) {
        return first == null
                || first == JsonToken.VALUE_NULL
                || (first == JsonToken.VALUE_STRING && parser.getString().isBlank());
    }

    private DiscoveredPeer peer(PeerId id) throws FailedReading {
        expect(JsonToken.START_OBJECT, "addresses, keys and role");
        List<NetworkAddress> addresses = null;
        List<PublicKey> keys = null;
        PeerRole role = null;
        while (next() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            next();
            switch (name) {
                case "addresses" -> addresses = list(NetworkAddress::parse);
                case "keys" -> keys = list(PublicKey::parse);
                case "role" -> role = role();
                default -> throw refused(name + ": unknown (expected: addresses, keys, role)");
            }
        }
        return new DiscoveredPeer(
                id,
                required(addresses, id, "addresses"),
                new TreeSet<>(required(keys, id, "keys")),
                required(role, id, "role"));
    }

    private PeerRole role() throws FailedReading {
        var text = scalar("a role");
        var role = Roles.named(text);
        if (role.isEmpty()) {
            throw refused(
                    "role: \""
                            + text
                            + "\" (expected: Validator, PreferredUpstream, Upstream,"
                            + " ValidatorFullNode, Downstream, Known or Unknown)");
        }
        return role.get();
    }

    private <T> List<T> list(Function<String, T> element) throws FailedReading {
        expect(JsonToken.START_ARRAY, "a list");
        var list = new ArrayList<T>();
        while (next() != JsonToken.END_ARRAY) {
            list.add(convert(scalar("text"), element));
        }
        return list;
    }

    private String scalar(String what) throws FailedReading {
        if (!parser.currentToken().isScalarValue()
                || parser.currentToken() == JsonToken.VALUE_NULL) {
            throw refused(parser.currentToken() + " (expected: " + what + ")");
        }
        // A YAML key of digits alone looks like a number; its text is what was written.
        return parser.getString();
    }

    private <T> T convert(String text, Function<String, T> conversion) throws FailedReading {
        try {
            return conversion.apply(text);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage() == null ? "\"" + text + "\"" : e.getMessage());
        }
    }

    private JsonToken next() throws FailedReading {
        var token = parser.nextToken();
        if (token == null) {
            throw refused("ends early");
        }
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw refused("an alias (expected: the value itself)");
        }
        return token;
    }

    private void expect(JsonToken token, String what) throws FailedReading {
        if (parser.currentToken() != token) {
            throw refused(parser.currentToken() + " (expected: " + what + ")");
        }
    }

    private <T> T required(@Nullable T value, PeerId id, String name) throws FailedReading {
        if (value == null) {
            throw refused("peer " + id + ": no " + name);
        }
        return value;
    }

    private FailedReading refused(String problem) {
        return FailedReading.malformed(
                "line " + parser.currentTokenLocation().getLineNr() + ": " + problem);
    }
}
