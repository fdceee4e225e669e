package dev.aptosnet.node.network;

import dev.aptosnet.domain.health.CircuitBreaker;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.metrics.HealthMetrics;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The client of one application on one network. */
final class PeerClient<M> implements NetworkClient<M> {
    /** Waiting longer is waiting for ever. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final NetworkInstance network;
    private final Codec<M> codec;
    private final List<ProtocolId> protocols;

    PeerClient(NetworkInstance network, Codec<M> codec, List<ProtocolId> protocols) {
        this.network = network;
        this.codec = codec;
        this.protocols = List.copyOf(protocols);
    }

    @Override
    public List<PeerInfo> availablePeers() {
        return network.peers().stream()
                .filter(peer -> protocols.stream().anyMatch(peer.protocols()::contains))
                .toList();
    }

    @Override
    public Optional<PeerHealth> health(PeerId peer) {
        return network.health(peer);
    }

    @Override
    public SendResult sendToPeer(PeerId peer, ProtocolId protocol, M message) {
        return sendToPeer(peer, protocol, message, protocol.messageClass());
    }

    @Override
    public SendResult sendToPeer(
            PeerId peer, ProtocolId protocol, M message, MessageClass messageClass) {
        var connection = network.connection(peer);
        if (connection == null) {
            return SendResult.NOT_CONNECTED;
        }
        if (!connection.speaks(protocol)) {
            return SendResult.UNSUPPORTED_PROTOCOL;
        }
        return connection.send(protocol, messageClass, codec.encode(protocol, message));
    }

    @Override
    public Map<PeerId, SendResult> sendToPeers(
            Collection<PeerId> peers, ProtocolId protocol, M message) {
        var payload = codec.encode(protocol, message);
        var results = LinkedHashMap.<PeerId, SendResult>newLinkedHashMap(peers.size());
        for (var peer : peers) {
            var connection = network.connection(peer);
            SendResult result;
            if (connection == null) {
                result = SendResult.NOT_CONNECTED;
            } else if (!connection.speaks(protocol)) {
                result = SendResult.UNSUPPORTED_PROTOCOL;
            } else {
                result = connection.send(protocol, protocol.messageClass(), payload);
            }
            results.put(peer, result);
        }
        return results;
    }

    @Override
    public M sendToPeerRpc(PeerId peer, ProtocolId protocol, M request, Duration timeout)
            throws InterruptedException {
        var terms = terms(peer, protocol, request, timeout);
        var call = new ClientCall.Blocking(terms);
        start(terms, call);
        try {
            return decode(peer, protocol, call.await());
        } catch (InterruptedException e) {
            terms.connection().cancel(call);
            throw e;
        }
    }

    @Override
    public CompletableFuture<M> sendToPeerRpcAsync(
            PeerId peer, ProtocolId protocol, M request, Duration timeout) {
        var answer = new CompletableFuture<M>();
        try {
            var terms = terms(peer, protocol, request, timeout);
            var call =
                    new ClientCall.Async<>(
                            terms, answer, payload -> decode(peer, protocol, payload));
            start(terms, call);
            answer.exceptionally(
                    failure -> {
                        if (failure instanceof CancellationException) {
                            terms.connection().cancel(call);
                        }
                        return null;
                    });
        } catch (NetworkException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    @Override
    public void sendToPeerRpc(
            PeerId peer,
            ProtocolId protocol,
            M request,
            Duration timeout,
            RpcCallback<M> callback) {
        try {
            var terms = terms(peer, protocol, request, timeout);
            start(
                    terms,
                    new ClientCall.Inline(
                            terms,
                            new RpcCallback<>() {
                                @Override
                                public void onAnswer(Bytes payload) {
                                    M answer;
                                    try {
                                        answer = decode(peer, protocol, payload);
                                    } catch (NetworkException e) {
                                        callback.onFailure(e);
                                        return;
                                    }
                                    callback.onAnswer(answer);
                                }

                                @Override
                                public void onFailure(NetworkException failure) {
                                    callback.onFailure(failure);
                                }
                            }));
        } catch (NetworkException e) {
            callback.onFailure(e);
        }
    }

    @Override
    public M sendToEitherPeerRpc(
            PeerId first, PeerId second, ProtocolId protocol, M request, Duration timeout)
            throws InterruptedException {
        var calls = new EitherCall<M>(network.clock(), metrics());
        return calls.ask(
                patienceWith(first, protocol, timeout),
                timeout,
                limit -> sendToPeerRpcAsync(first, protocol, request, limit),
                limit -> sendToPeerRpcAsync(second, protocol, request, limit));
    }

    /** After what time a second peer is worth asking. */
    private Duration patienceWith(PeerId peer, ProtocolId protocol, Duration timeout) {
        var connection = network.connection(peer);
        var usual = connection == null ? null : connection.health().p99(protocol);
        var half = timeout.dividedBy(2);
        return usual == null || usual.compareTo(half) > 0 ? half : usual;
    }

    private M decode(PeerId peer, ProtocolId protocol, Bytes payload) {
        try {
            return codec.decode(protocol, payload);
        } catch (IllegalArgumentException e) {
            throw new NetworkException.BadAnswer(peer, protocol, String.valueOf(e.getMessage()));
        }
    }

    /** On what terms a call is made; throws if it is not made at all. */
    private ClientCall.Terms terms(PeerId peer, ProtocolId protocol, M request, Duration timeout) {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        var connection = connectionFor(peer, protocol);
        var health = connection.health();
        var now = connection.callersNow();
        var number = health.admit(now, protocol);
        if (number == CircuitBreaker.DENIED) {
            throw new NetworkException.CircuitOpen(peer, protocol);
        }
        Bytes payload;
        try {
            payload = codec.encode(protocol, request);
        } catch (RuntimeException e) {
            health.notMade(now, protocol, number);
            throw e;
        }
        var callerNanos = nanos(timeout);
        var nanos = health.patienceNanos(protocol, payload.size(), callerNanos);
        return new ClientCall.Terms(
                connection,
                protocol,
                payload,
                number,
                now.nanos(),
                now.plusNanos(nanos),
                callerNanos - nanos);
    }

    private static long nanos(Duration timeout) {
        return timeout.compareTo(LONGEST) < 0 ? timeout.toNanos() : LONGEST.toNanos();
    }

    private PeerConnection connectionFor(PeerId peer, ProtocolId protocol) {
        var connection = network.connection(peer);
        if (connection == null) {
            metrics().failed("not_connected");
            throw new NetworkException.NotConnected(peer, protocol);
        }
        if (!connection.speaks(protocol)) {
            metrics().failed("unsupported_protocol");
            throw new NetworkException.UnsupportedProtocol(peer, protocol);
        }
        return connection;
    }

    private HealthMetrics metrics() {
        return network.peerHealths().metrics();
    }

    private void start(ClientCall.Terms terms, ClientCall call) {
        var connection = terms.connection();
        var peer = connection.peer();
        var protocol = call.protocol();
        var queued = connection.call(call);
        if (queued != SendResult.QUEUED) {
            connection.health().notMade(network.clock().now(), protocol, terms.number());
            metrics().failed(queued.name().toLowerCase(Locale.ROOT));
        }
        switch (queued) {
            case QUEUED -> {}
            case DROPPED_FULL ->
                    throw new NetworkException.Refused(
                            peer,
                            protocol,
                            false,
                            "the queue is full (priorities.queue_messages, queue_bytes)");
            case DROPPED_BUDGET ->
                    throw new NetworkException.Refused(
                            peer, protocol, false, "no room (budget.total_bytes)");
            case NOT_CONNECTED -> throw new NetworkException.NotConnected(peer, protocol);
            case DRAINING -> throw new NetworkException.Draining(peer, protocol);
            case UNSUPPORTED_PROTOCOL ->
                    throw new NetworkException.UnsupportedProtocol(peer, protocol);
            case TOO_LARGE ->
                    throw new NetworkException.MessageTooLarge(
                            peer,
                            protocol,
                            call.payload().size(),
                            network.limits().maxMessageBytes());
        }
    }

    @Override
    public boolean disconnectFromPeer(PeerId peer) {
        return network.disconnect(peer, DisconnectReason.REQUESTED_BY_PEER_MANAGER);
    }

    @Override
    public boolean disconnectFromPeer(PeerId peer, DisconnectReason reason, Duration timeout)
            throws InterruptedException, TimeoutException {
        return network.disconnect(peer, reason, timeout);
    }
}
