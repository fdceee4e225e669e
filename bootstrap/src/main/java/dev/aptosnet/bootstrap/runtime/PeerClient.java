package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The client of one application on one network. */
final class PeerClient<M> implements NetworkClient<M> {
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
        var results = new LinkedHashMap<PeerId, SendResult>();
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
        var connection = connectionFor(peer, protocol);
        var call =
                new ClientCall.Blocking(
                        connection,
                        protocol,
                        protocol.messageClass(),
                        codec.encode(protocol, request),
                        deadline(timeout));
        start(connection, call);
        try {
            return decode(peer, protocol, call.await());
        } catch (InterruptedException e) {
            connection.cancel(call);
            throw e;
        }
    }

    @Override
    public CompletableFuture<M> sendToPeerRpcAsync(
            PeerId peer, ProtocolId protocol, M request, Duration timeout) {
        var bytes = new CompletableFuture<Bytes>();
        var answer = bytes.thenApply(payload -> decode(peer, protocol, payload));
        try {
            var connection = connectionFor(peer, protocol);
            var call =
                    new ClientCall.Async(
                            connection,
                            protocol,
                            protocol.messageClass(),
                            codec.encode(protocol, request),
                            deadline(timeout),
                            bytes);
            start(connection, call);
            answer.exceptionally(
                    failure -> {
                        if (failure instanceof CancellationException) {
                            connection.cancel(call);
                        }
                        return null;
                    });
        } catch (NetworkException e) {
            bytes.completeExceptionally(e);
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
            var connection = connectionFor(peer, protocol);
            start(
                    connection,
                    new ClientCall.Inline(
                            connection,
                            protocol,
                            protocol.messageClass(),
                            codec.encode(protocol, request),
                            deadline(timeout),
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

    private M decode(PeerId peer, ProtocolId protocol, Bytes payload) {
        try {
            return codec.decode(protocol, payload);
        } catch (IllegalArgumentException e) {
            throw new NetworkException.BadAnswer(peer, protocol, String.valueOf(e.getMessage()));
        }
    }

    private MonoTime deadline(Duration timeout) {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        return network.clock().now().plus(timeout);
    }

    private PeerConnection connectionFor(PeerId peer, ProtocolId protocol) {
        var connection = network.connection(peer);
        if (connection == null) {
            throw new NetworkException.NotConnected(peer, protocol);
        }
        if (!connection.speaks(protocol)) {
            throw new NetworkException.UnsupportedProtocol(peer, protocol);
        }
        return connection;
    }

    private void start(PeerConnection connection, ClientCall call) {
        var peer = connection.peer();
        var protocol = call.protocol();
        switch (connection.call(call)) {
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
