package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What a source is to watch. A provider of its own kind of source brings its own settings. */
public interface PeerSourceSettings {
    /** The most that is read of a file or an answer, unless told otherwise: 2 MiB. */
    int DEFAULT_MAX_BYTES = 2 << 20;

    /**
     * A file in the shape of aptos-core's file discovery: peer id to addresses, keys and role.
     *
     * @param path YAML; JSON if the name ends in {@code .json}
     * @param poll how often it is read even if no change was noticed
     * @param maxBytes a larger file is refused ({@code discovery.max_bytes})
     * @param mustList a set without this peer is refused; empty for none
     */
    record FileDiscovery(Path path, Duration poll, int maxBytes, Optional<PeerId> mustList)
            implements PeerSourceSettings {
        /** How often a file is read as a safety net (improvements.md I-15). */
        public static final Duration DEFAULT_POLL = Duration.ofSeconds(30);

        /** Refuses limits that are not above zero. */
        public FileDiscovery {
            checkPositive("discovery_method.file.interval_secs", poll.toNanos());
            checkPositive("discovery.max_bytes", maxBytes);
        }

        /** With every default. */
        public static FileDiscovery of(Path path) {
            return new FileDiscovery(path, DEFAULT_POLL, DEFAULT_MAX_BYTES, Optional.empty());
        }
    }

    /**
     * The resource {@code 0x1::stake::ValidatorSet} at an Aptos REST endpoint.
     *
     * @param url the endpoint, with or without {@code /v1}, or the resource itself
     * @param interval between two requests while they succeed
     * @param timeout from a request to the end of its answer
     * @param maxBytes a larger answer is refused ({@code discovery.max_bytes})
     * @param network whose peers are wanted
     * @param validatorPfnConnections whether public full nodes also get the validators' own
     *     addresses ({@code enable_validator_pfn_connections})
     * @param mustList a set without this peer is refused; empty for none
     */
    record RestDiscovery(
            URI url,
            Duration interval,
            Duration timeout,
            int maxBytes,
            NetworkId network,
            boolean validatorPfnConnections,
            Optional<PeerId> mustList)
            implements PeerSourceSettings {
        /** How often it is asked unless told otherwise. */
        public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);

        /** How long an answer may take. */
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

        /** Refuses limits that are not above zero, and what is no web address. */
        public RestDiscovery {
            checkPositive("discovery_method.rest.interval_secs", interval.toNanos());
            checkPositive("discovery.timeout_ms", timeout.toNanos());
            checkPositive("discovery.max_bytes", maxBytes);
            var scheme = url.getScheme();
            if (url.getHost() == null
                    || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
                throw new IllegalArgumentException(
                        "discovery_method.rest.url: \""
                                + url
                                + "\" (expected: http:// or https://)");
            }
        }

        /** With every default. */
        public static RestDiscovery of(URI url, Duration interval, NetworkId network) {
            return new RestDiscovery(
                    url,
                    interval,
                    DEFAULT_TIMEOUT,
                    DEFAULT_MAX_BYTES,
                    network,
                    false,
                    Optional.empty());
        }
    }

    /**
     * The validator set, as the application that embeds the node tells of it.
     *
     * @param network whose peers are wanted
     * @param validatorPfnConnections whether public full nodes also get the validators' own
     *     addresses ({@code enable_validator_pfn_connections})
     * @param self this node, whose entry is compared with its key; empty for none
     * @param mustList a set without this peer is refused; empty for none
     */
    record OnChainDiscovery(
            ValidatorSetFeed feed,
            NetworkId network,
            boolean validatorPfnConnections,
            Optional<Self> self,
            Optional<PeerId> mustList)
            implements PeerSourceSettings {
        /** Who this node is and which key it uses. */
        public record Self(PeerId peer, PublicKey key) {}
    }

    /**
     * An HTTP endpoint of this node to which the operator's systems post peer sets in the shape of
     * {@link FileDiscovery}, each signed with a secret that both know.
     *
     * @param listen an IP address and a port; port 0 takes a free one
     * @param path of the URL, from its slash on
     * @param secret the key of HMAC-SHA256, at least {@link #MIN_SECRET_BYTES} bytes
     * @param replayWindow how far a message's time stamp may be from this node's clock
     * @param timeout from a connection to the end of its request
     * @param maxBytes a larger body is refused ({@code discovery.max_bytes})
     * @param mustList a set without this peer is refused; empty for none
     */
    record WebhookDiscovery(
            InetSocketAddress listen,
            String path,
            Bytes secret,
            Duration replayWindow,
            Duration timeout,
            int maxBytes,
            Optional<PeerId> mustList)
            implements PeerSourceSettings {
        /** Shorter secrets are refused: 32 bytes. */
        public static final int MIN_SECRET_BYTES = 32;

        /** Where it is found unless told otherwise. */
        public static final String DEFAULT_PATH = "/discovery";

        /** How old a message may be. */
        public static final Duration DEFAULT_REPLAY_WINDOW = Duration.ofMinutes(5);

        /** How long a request may take. */
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

        /** Refuses limits that are not above zero, and secrets that can be guessed. */
        public WebhookDiscovery {
            checkPositive("discovery_method.webhook.replay_window_secs", replayWindow.toNanos());
            checkPositive("discovery.timeout_ms", timeout.toNanos());
            checkPositive("discovery.max_bytes", maxBytes);
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException(
                        "discovery_method.webhook.path: \"" + path + "\" (expected: /…)");
            }
            if (listen.isUnresolved()) {
                throw new IllegalArgumentException(
                        "discovery_method.webhook.listen: "
                                + listen
                                + " (expected: an IP address and a port)");
            }
            if (secret.size() < MIN_SECRET_BYTES) {
                throw new IllegalArgumentException(
                        "discovery_method.webhook.secret_path: a secret of "
                                + secret.size()
                                + " bytes (expected: at least "
                                + MIN_SECRET_BYTES
                                + ")");
            }
        }

        /** With every default. */
        public static WebhookDiscovery of(InetSocketAddress listen, Bytes secret) {
            return new WebhookDiscovery(
                    listen,
                    DEFAULT_PATH,
                    secret,
                    DEFAULT_REPLAY_WINDOW,
                    DEFAULT_TIMEOUT,
                    DEFAULT_MAX_BYTES,
                    Optional.empty());
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "WebhookDiscovery[" + listen + path + "]";
        }
    }

    private static void checkPositive(String key, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }
}
