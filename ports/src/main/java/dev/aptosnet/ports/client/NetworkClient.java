package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * What an application asks of the network. Any thread. Nothing here blocks except {@link
 * #sendToPeerRpc(PeerId, ProtocolId, Object, Duration)}, which is meant for virtual threads.
 *
 * @param <M> the application's message type
 */
public interface NetworkClient<M> {
    /**
     * The connected peers that speak at least one of the application's protocols, without those
     * that have left the trusted set or are there ahead of their epoch.
     */
    List<PeerInfo> availablePeers();

    /** How a peer is, so that the best can be chosen; empty if there is no connection. */
    Optional<PeerHealth> health(PeerId peer);

    /** Sends one message, without waiting and without a report of its delivery. */
    SendResult sendToPeer(PeerId peer, ProtocolId protocol, M message);

    /** The same, in another class than the protocol's own. */
    SendResult sendToPeer(PeerId peer, ProtocolId protocol, M message, MessageClass messageClass);

    /** Sends one message to several peers, encoding it once. */
    Map<PeerId, SendResult> sendToPeers(Collection<PeerId> peers, ProtocolId protocol, M message);

    /**
     * The first of several protocols that a peer speaks (behaviour.md section 10.3).
     *
     * @param bestFirst in the order in which the application prefers them
     * @return empty if it speaks none of them, or is not connected
     */
    default Optional<ProtocolId> choose(PeerId peer, List<ProtocolId> bestFirst) {
        return availablePeers().stream()
                .filter(known -> known.peer().equals(peer))
                .findFirst()
                .flatMap(
                        known ->
                                bestFirst.stream().filter(known.protocols()::contains).findFirst());
    }

    /** Sends one message under the first of several protocols that the peer speaks. */
    default SendResult sendToPeer(PeerId peer, List<ProtocolId> bestFirst, M message) {
        // Without a choice the first one's result says what is wrong.
        return sendToPeer(peer, choose(peer, bestFirst).orElse(bestFirst.getFirst()), message);
    }

    /**
     * Sends one message to several peers, to each under the first of several protocols that it
     * speaks, encoding it once for each protocol.
     *
     * @return by peer, in the order of {@code peers}
     */
    default Map<PeerId, SendResult> sendToPeers(
            Collection<PeerId> peers, List<ProtocolId> bestFirst, M message) {
        var known = new HashMap<PeerId, PeerInfo>();
        availablePeers().forEach(peer -> known.put(peer.peer(), peer));
        var groups = new LinkedHashMap<ProtocolId, List<PeerId>>();
        for (var peer : peers) {
            var info = known.get(peer);
            var chosen =
                    bestFirst.stream()
                            .filter(each -> info != null && info.protocols().contains(each))
                            .findFirst()
                            .orElse(bestFirst.getFirst());
            groups.computeIfAbsent(chosen, _ -> new ArrayList<>()).add(peer);
        }
        var sent = new HashMap<PeerId, SendResult>();
        groups.forEach((protocol, group) -> sent.putAll(sendToPeers(group, protocol, message)));
        var results = new LinkedHashMap<PeerId, SendResult>();
        peers.forEach(peer -> results.put(peer, sent.getOrDefault(peer, SendResult.NOT_CONNECTED)));
        return results;
    }

    /**
     * Asks a peer under the first of several protocols that it speaks, and waits for the answer.
     *
     * @param timeout from now; above zero
     * @throws NetworkException if there is none
     * @throws InterruptedException if the calling thread is interrupted; the call is then given up
     */
    default M sendToPeerRpc(PeerId peer, List<ProtocolId> bestFirst, M request, Duration timeout)
            throws InterruptedException {
        return sendToPeerRpc(
                peer, choose(peer, bestFirst).orElse(bestFirst.getFirst()), request, timeout);
    }

    /**
     * Asks a peer and waits for the answer.
     *
     * @param timeout from now; above zero
     * @throws NetworkException if there is none
     * @throws InterruptedException if the calling thread is interrupted; the call is then given up
     */
    M sendToPeerRpc(PeerId peer, ProtocolId protocol, M request, Duration timeout)
            throws InterruptedException;

    /**
     * Asks a peer. The future is completed on a virtual thread, exceptionally with a {@link
     * NetworkException}; canceling it gives the call up.
     */
    CompletableFuture<M> sendToPeerRpcAsync(
            PeerId peer, ProtocolId protocol, M request, Duration timeout);

    /** Asks a peer; the callback runs on the connection's owner and must not block. */
    void sendToPeerRpc(
            PeerId peer, ProtocolId protocol, M request, Duration timeout, RpcCallback<M> callback);

    /**
     * Asks a peer, and one other as well if the first fails or takes longer than 99 of its last 100
     * answers took, or half of {@code timeout} where that is not known. The first answer counts.
     * For requests that may be served twice.
     *
     * @param timeout from now, for both; above zero
     * @throws NetworkException if there is no answer from either; says how the last one failed
     * @throws InterruptedException if the calling thread is interrupted; the calls are then given
     *     up
     */
    M sendToEitherPeerRpc(
            PeerId first, PeerId second, ProtocolId protocol, M request, Duration timeout)
            throws InterruptedException;

    /**
     * Ends the connection to a peer, and does not wait for that.
     *
     * @return whether there was one
     */
    boolean disconnectFromPeer(PeerId peer);

    /**
     * Ends the connection to a peer, and returns when it is gone. Not for inline handlers, which
     * would wait for themselves.
     *
     * @param reason for counters and logs; never sent
     * @param timeout how long to wait; the connection ends nevertheless
     * @return whether there was one
     * @throws TimeoutException if it is not gone in time
     */
    boolean disconnectFromPeer(PeerId peer, DisconnectReason reason, Duration timeout)
            throws InterruptedException, TimeoutException;
}
