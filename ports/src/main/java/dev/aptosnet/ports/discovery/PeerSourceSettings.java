package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

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

    private static void checkPositive(String key, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }
}
