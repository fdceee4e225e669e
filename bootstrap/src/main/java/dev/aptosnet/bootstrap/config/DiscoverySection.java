package dev.aptosnet.bootstrap.config;

import dev.aptosnet.bootstrap.config.DiscoveryConfig.Method;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.model.NetworkId;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code discovery_method} or {@code discovery_methods}, and {@code discovery} beside them
 * (behaviour.md sections 14.1 and 19.2).
 */
final class DiscoverySection {
    private static final String EXPECTED = "onchain, none, file, rest or webhook";
    private static final long MAX_SECONDS = Duration.ofDays(1).toSeconds();

    private final Section network;
    private final Path directory;

    /**
     * @param directory what paths in the file are relative to
     */
    DiscoverySection(Section network, Path directory) {
        this.network = network;
        this.directory = directory;
    }

    DiscoveryConfig read(boolean validatorPfnConnections) {
        var one = network.item("discovery_method", EXPECTED).flatMap(this::single);
        var many = several();
        if (one.isPresent() && !many.isEmpty()) {
            throw network.refused(
                    "discovery_methods", "a list", "either discovery_method or discovery_methods");
        }
        one.ifPresent(many::add);
        var maxBytes = OptionalInt.empty();
        Optional<Duration> timeout = Optional.empty();
        Optional<Boolean> mustListSelf = Optional.empty();
        var found = network.section("discovery");
        if (found.isPresent()) {
            var ours = found.get();
            maxBytes = ours.integer("max_bytes", 1, 1 << 30);
            var millis = ours.number("timeout_ms", 1, Duration.ofHours(1).toMillis());
            if (millis.isPresent()) {
                timeout = Optional.of(Duration.ofMillis(millis.getAsLong()));
            }
            mustListSelf = ours.bool("must_list_self");
            ours.refuseUnknown();
        }
        return new DiscoveryConfig(many, maxBytes, timeout, mustListSelf, validatorPfnConnections);
    }

    private Optional<Method> single(Section.Item item) {
        return method("discovery_method", item);
    }

    private List<Method> several() {
        var methods = new ArrayList<Method>();
        for (var item : network.mixed("discovery_methods", "a list of " + EXPECTED)) {
            var method = method("discovery_methods", item);
            if (method.isEmpty()) {
                continue;
            }
            var kind = method.get().getClass();
            if (methods.stream().anyMatch(other -> other.getClass() == kind)) {
                throw network.refused(
                        "discovery_methods", "two of one kind", "at most one of each kind");
            }
            methods.add(method.get());
        }
        return methods;
    }

    private Optional<Method> method(String key, Section.Item item) {
        return switch (item) {
            case Section.Item.Text(var text) when text.equals("none") -> Optional.empty();
            case Section.Item.Text(var text) when text.equals("onchain") ->
                    Optional.of(new Method.OnChain());
            case Section.Item.Text(var text) ->
                    throw network.refused(key, "\"" + text + "\"", EXPECTED);
            case Section.Item.Inner(var section) -> Optional.of(method(key, section));
        };
    }

    private Method method(String key, Section section) {
        var file = section.section("file").map(this::file);
        var rest = section.section("rest").map(this::rest);
        var webhook = section.section("webhook").map(this::webhook);
        section.refuseUnknown();
        if (section.keys().size() != 1) {
            throw network.refused(key, section.keys().size() + " sources in one mapping", "one");
        }
        return file.or(() -> rest)
                .or(() -> webhook)
                .orElseThrow(() -> network.refused(key, "nothing", EXPECTED));
    }

    private Method file(Section section) {
        var path = directory.resolve(section.requiredText("path", "a file of peers"));
        var method = new Method.File(path, interval(section, FileDiscovery.DEFAULT_POLL));
        section.refuseUnknown();
        return method;
    }

    private Method rest(Section section) {
        var text = section.requiredText("url", "http:// or https://");
        var url =
                section.convert(
                        "url",
                        text,
                        "http:// or https://",
                        // Its settings know what they can use.
                        value ->
                                RestDiscovery.of(
                                                URI.create(value),
                                                RestDiscovery.DEFAULT_INTERVAL,
                                                NetworkId.PUBLIC)
                                        .url());
        var method = new Method.Rest(url, interval(section, RestDiscovery.DEFAULT_INTERVAL));
        section.refuseUnknown();
        return method;
    }

    private Method webhook(Section section) {
        var expected = "an IP address and a port, such as 127.0.0.1:6190";
        var listen =
                section.convert(
                        "listen",
                        section.requiredText("listen", expected),
                        expected,
                        DiscoverySection::socketAddress);
        var path = section.text("path").orElse(WebhookDiscovery.DEFAULT_PATH);
        if (!path.startsWith("/")) {
            throw section.refused("path", "\"" + path + "\"", "/…");
        }
        var secret = directory.resolve(section.requiredText("secret_path", "a file"));
        var window =
                section.number("replay_window_secs", 1, MAX_SECONDS)
                        .orElse(WebhookDiscovery.DEFAULT_REPLAY_WINDOW.toSeconds());
        section.refuseUnknown();
        return new Method.Webhook(listen, path, secret, Duration.ofSeconds(window));
    }

    private static Duration interval(Section section, Duration usually) {
        return Duration.ofSeconds(
                section.number("interval_secs", 1, MAX_SECONDS).orElse(usually.toSeconds()));
    }

    /** An address and a port; never a name, which would have to be looked up. */
    private static InetSocketAddress socketAddress(String text) {
        var colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(text);
        }
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new InetSocketAddress(
                InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    }
}
