package dev.aptosnet.node.network;

import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.node.connection.MalformedPayloadException;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolRegistration;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The health checker's protocol: pings over the connections, answers to the pings of others, and
 * what pings said of each peer, for other threads.
 */
final class HealthProtocol {
    private static final System.Logger LOG = System.getLogger(HealthProtocol.class.getName());
    private static final ProtocolId PROTOCOL = ProtocolId.HEALTH_CHECKER_RPC;

    private final Duration interval;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final Consumer<NetworkEvent> events;
    private final ConcurrentHashMap<PeerId, RoundTrip> roundTrips = new ConcurrentHashMap<>();

    /**
     * The peers with failures. Only their pings matter to the machine, and each but once, so that
     * no peer fills the loop's mailbox.
     */
    private final Set<PeerId> suspected = ConcurrentHashMap.newKeySet();

    /**
     * @param interval between pings
     * @param events takes what pings lead to, or drops it: the next ping brings another
     */
    HealthProtocol(
            Duration interval, Clock clock, NetworkMetrics metrics, Consumer<NetworkEvent> events) {
        this.interval = interval;
        this.clock = clock;
        this.metrics = metrics;
        this.events = events;
    }

    /** These, and one that answers pings, unless the application does that itself. */
    List<ProtocolRegistration> withAnswers(List<ProtocolRegistration> registrations) {
        if (registrations.stream()
                .anyMatch(r -> r.protocol().equals(PROTOCOL) && r.rpc() != null)) {
            return registrations;
        }
        var all =
                new ArrayList<>(
                        registrations.stream()
                                .filter(r -> !r.protocol().equals(PROTOCOL))
                                .toList());
        all.add(
                ProtocolRegistration.rpc(
                        PROTOCOL,
                        Codec.BYTES,
                        request -> {
                            if (decoded(request.payload())
                                    instanceof HealthCheckerMsg.Ping(int nonce)) {
                                request.respond(new HealthCheckerMsg.Pong(nonce).encode());
                                pinged(request.from());
                            }
                        },
                        true));
        return all;
    }

    private static HealthCheckerMsg decoded(Bytes payload) {
        try {
            return HealthCheckerMsg.decode(payload);
        } catch (BcsException e) {
            throw new MalformedPayloadException(e);
        }
    }

    private void pinged(PeerId peer) {
        if (suspected.remove(peer)) {
            events.accept(new NetworkEvent.Pinged(peer));
        }
    }

    /** How far away a peer is. Any thread. */
    Optional<RoundTrip> roundTrip(PeerId peer) {
        return Optional.ofNullable(roundTrips.get(peer));
    }

    /** Whether a peer has not answered its last ping. Any thread. */
    boolean isSuspected(PeerId peer) {
        return suspected.contains(peer);
    }

    // On the loop.

    /** A round trip was measured. */
    void measured(PeerId peer, RoundTrip roundTrip) {
        metrics.pinged("connected", roundTrip.latest());
        roundTrips.put(peer, roundTrip);
    }

    /** A peer is connected anew, or gone. */
    void forget(PeerId peer) {
        suspected.remove(peer);
        roundTrips.remove(peer);
    }

    void suspected(PeerId peer, int failures) {
        suspected.add(peer);
        LOG.log(
                System.Logger.Level.DEBUG,
                "peer {0} did not answer {1} pings in a row",
                peer.shortText(),
                failures);
    }

    void recovered(PeerId peer) {
        suspected.remove(peer);
    }

    void unresponsive(PeerId peer, int failures) {
        LOG.log(
                System.Logger.Level.INFO,
                "peer {0} did not answer {1} pings in a row and is disconnected",
                peer.shortText(),
                failures);
    }

    void wrongNonce(PeerId peer) {
        count("wrong_nonce");
        LOG.log(
                System.Logger.Level.WARNING,
                "peer {0} answered a ping with a nonce that was not asked",
                peer.shortText());
    }

    void wasLate(Duration by) {
        LOG.log(
                System.Logger.Level.WARNING,
                "this node stood still for {0}; no peer is blamed for it",
                by);
    }

    void send(HealthChecker.Effect.Ping ping, PeerConnection connection) {
        var call = new PingCall(ping, connection, clock.now());
        if (connection.call(call) == SendResult.DROPPED_FULL) {
            // The peer takes nothing of what waits for it, which is as good as silence.
            call.failed("not_sent");
        }
    }

    private void count(String result) {
        metrics.counter("aptosnet_health_pings_total", "result", result).increment();
    }

    /** A ping under way; hears of its end on the connection's owner. */
    private final class PingCall extends OutboundCall {
        private final HealthChecker.Effect.Ping ping;
        private final PeerConnection connection;
        private final MonoTime sent;

        PingCall(HealthChecker.Effect.Ping ping, PeerConnection connection, MonoTime sent) {
            super(
                    PROTOCOL,
                    PROTOCOL.messageClass(),
                    new HealthCheckerMsg.Ping(ping.nonce()).encode(),
                    sent.plus(ping.beforeTurn()));
            this.ping = ping;
            this.connection = connection;
            this.sent = sent;
        }

        /** Whether the peer is there must be known above all when many calls wait for it. */
        @Override
        protected boolean isExempt() {
            return true;
        }

        @Override
        protected Duration turn() {
            return ping.turn();
        }

        @Override
        protected void onAnswer(Bytes answer) {
            var now = clock.now();
            Duration took = now.since(sent);
            connection.health().pinged(now, PROTOCOL, took.toNanos(), answer.size());
            try {
                if (HealthCheckerMsg.decode(answer) instanceof HealthCheckerMsg.Pong(int nonce)) {
                    count("answered");
                    events.accept(new NetworkEvent.Ponged(ping, nonce, took));
                } else {
                    failed("malformed");
                }
            } catch (BcsException _) {
                failed("malformed");
            }
        }

        @Override
        protected void onFailed(CallFailure failure) {
            switch (failure) {
                case CallFailure.TimedOut _ -> {
                    connection.health().pingFailed(clock.now(), PROTOCOL);
                    if (isCrowded() && connection.heardSince(sent)) {
                        count("crowded_out");
                    } else {
                        failed("timed_out");
                    }
                }
                // A peer that refuses is alive.
                case CallFailure.RefusedByPeer _ -> count("refused");
                // Many pings have no answer yet. That is our doing, unless the peer is silent.
                case CallFailure.RefusedHere _ -> {
                    if (connection.heardSince(sent.plusNanos(-interval.toNanos()))) {
                        count("not_sent");
                    } else {
                        failed("not_sent");
                    }
                }
                case CallFailure.Canceled _,
                        CallFailure.TooLarge _,
                        CallFailure.UnsupportedProtocol _ ->
                        count("not_sent");
                case CallFailure.Disconnected _ -> count("disconnected");
            }
        }

        /**
         * An unmodified node drops requests without a word when so many of ours wait for it. That
         * is no silence as long as it sends other things.
         */
        private boolean isCrowded() {
            return connection.openCalls() >= MessageLimits.DEFAULT.maxInboundRpcs();
        }

        private void failed(String result) {
            count(result);
            events.accept(new NetworkEvent.PingFailed(ping));
        }
    }
}
