package dev.aptosnet.bootstrap.config;

import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.WebhookDiscovery;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a network learns of its peers: {@code discovery_method(s)}, and {@code discovery} beside
 * them (behaviour.md sections 14.1 and 19.2).
 *
 * @param methods at most one of each kind, in the order of the file
 * @param maxBytes the most that is read at once; empty for the default
 * @param timeout of an answer or a request; empty for the default
 * @param mustListSelf whether a set without this node is refused; empty for: on the validator
 *     network, where it is the validator set
 * @param validatorPfnConnections whether public full nodes also dial validators; {@code
 *     base.enable_validator_pfn_connections}
 */
public record DiscoveryConfig(
        List<Method> methods,
        OptionalInt maxBytes,
        Optional<Duration> timeout,
        Optional<Boolean> mustListSelf,
        boolean validatorPfnConnections) {
    /** No source. */
    public static final DiscoveryConfig NONE =
            new DiscoveryConfig(
                    List.of(), OptionalInt.empty(), Optional.empty(), Optional.empty(), false);

    /** Copies the list. */
    public DiscoveryConfig {
        methods = List.copyOf(methods);
    }

    /** One source. */
    public sealed interface Method {
        /** {@code onchain}. */
        record OnChain() implements Method {}

        /**
         * {@code file}.
         *
         * @param interval how often it is read even if no change was noticed
         */
        record File(Path path, Duration interval) implements Method {}

        /**
         * {@code rest}.
         *
         * @param interval between two requests while they succeed
         */
        record Rest(URI url, Duration interval) implements Method {}

        /**
         * {@code webhook}, which is ours.
         *
         * @param secretFile whose first line is the secret; nobody but its owner may read it
         */
        record Webhook(
                InetSocketAddress listen, String path, Path secretFile, Duration replayWindow)
                implements Method {}
    }

    /**
     * What the node is told to watch.
     *
     * @param self this node on that network
     * @param feed what {@code onchain} listens to
     * @throws ConfigException if a secret cannot be read
     */
    public List<PeerSourceSettings> sources(
            NetworkId network, Identity self, ValidatorSetFeed feed) {
        return methods.stream().map(method -> source(method, network, self, feed)).toList();
    }

    private PeerSourceSettings source(
            Method method, NetworkId network, Identity self, ValidatorSetFeed feed) {
        var most = maxBytes.orElse(PeerSourceSettings.DEFAULT_MAX_BYTES);
        return switch (method) {
            case Method.OnChain() ->
                    new OnChainDiscovery(
                            feed,
                            network,
                            validatorPfnConnections,
                            Optional.of(new OnChainDiscovery.Self(self.peerId(), self.publicKey())),
                            mustList(network == NetworkId.VALIDATOR, self));
            case Method.File(var path, var interval) ->
                    new FileDiscovery(path, interval, most, mustList(false, self));
            case Method.Rest(var url, var interval) ->
                    new RestDiscovery(
                            url,
                            interval,
                            timeout.orElse(RestDiscovery.DEFAULT_TIMEOUT),
                            most,
                            network,
                            validatorPfnConnections,
                            mustList(network == NetworkId.VALIDATOR, self));
            case Method.Webhook(var listen, var path, var secretFile, var window) ->
                    new WebhookDiscovery(
                            listen,
                            path,
                            SecretFile.read(secretFile),
                            window,
                            timeout.orElse(WebhookDiscovery.DEFAULT_TIMEOUT),
                            most,
                            mustList(false, self));
        };
    }

    private Optional<PeerId> mustList(boolean usually, Identity self) {
        return mustListSelf.orElse(usually) ? Optional.of(self.peerId()) : Optional.empty();
    }
}
