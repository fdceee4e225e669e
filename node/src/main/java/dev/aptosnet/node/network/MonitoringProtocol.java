package dev.aptosnet.node.network;

import dev.aptosnet.domain.monitoring.MonitoringBcs;
import dev.aptosnet.domain.monitoring.MonitoringFailure;
import dev.aptosnet.domain.monitoring.MonitoringResponse;
import dev.aptosnet.domain.monitoring.MonitoringServer;
import dev.aptosnet.domain.monitoring.PeerMonitor;
import dev.aptosnet.domain.monitoring.RequestKind;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolRegistration;
import dev.aptosnet.node.metrics.MonitoringMetrics;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Peer monitoring's protocol: requests over the connections, answers to those of others. */
final class MonitoringProtocol {
    private static final System.Logger LOG = System.getLogger(MonitoringProtocol.class.getName());
    private static final ProtocolId PROTOCOL = ProtocolId.PEER_MONITORING_SERVICE_RPC;

    private final NetworkSettings settings;
    private final MonitoringSettings monitoring;
    private final Clock clock;
    private final MonitoringMetrics metrics;
    private final PeerStore store;
    private final Consumer<NetworkEvent> events;
    private final MonitoringServer server;
    private final Semaphore atOnce;
    private final MonoTime since;
    private final AtomicBoolean sourceHasFailed = new AtomicBoolean();

    /**
     * @param events takes what requests lead to, or drops it: the machine asks again later
     */
    MonitoringProtocol(
            NetworkSettings settings,
            Clock clock,
            NetworkMetrics metrics,
            PeerStore store,
            Consumer<NetworkEvent> events) {
        this.settings = settings;
        this.monitoring = settings.monitoring();
        this.clock = clock;
        this.metrics = new MonitoringMetrics(metrics);
        this.store = store;
        this.events = events;
        this.server = new MonitoringServer(monitoring, settings.validator());
        this.atOnce = new Semaphore(monitoring.maxConcurrentRequests(), true);
        this.since = clock.now();
    }

    /** These, and one that answers, unless the application does that itself or it is off. */
    List<ProtocolRegistration> withAnswers(List<ProtocolRegistration> registrations) {
        var known = registrations.stream().filter(r -> r.protocol().equals(PROTOCOL)).findFirst();
        if (known.isPresent() && known.get().rpc() != null) {
            return registrations;
        }
        var all = new ArrayList<>(registrations);
        known.ifPresent(all::remove);
        if (monitoring.server()) {
            all.add(ProtocolRegistration.rpc(PROTOCOL, Codec.BYTES, this::serve, false));
        } else if (monitoring.client() || known.isPresent()) {
            all.add(ProtocolRegistration.clientOnly(PROTOCOL));
        }
        return all;
    }

    // On a request's own virtual thread.

    private void serve(RpcRequest<Bytes> request) throws InterruptedException {
        var start = clock.now();
        MonitoringResponse response;
        atOnce.acquire();
        try {
            response = answer(request.payload());
        } finally {
            atOnce.release();
        }
        // A peer that does not read its answers makes this wait, and holds up nobody else.
        if (request.respond(server.encode(response))) {
            metrics.responded(response.label(), clock.now().since(start));
        }
    }

    private MonitoringResponse answer(Bytes payload) {
        try {
            var request = MonitoringBcs.decodeRequest(payload);
            metrics.received(request.label());
            return server.answer(
                    request,
                    store.snapshot(),
                    () -> settings.nodeInformation().current(clock.now().since(since)));
        } catch (BcsException _) {
            metrics.refused("invalid_request");
            return new MonitoringResponse.Invalid("the request does not decode");
        } catch (RuntimeException e) {
            metrics.refused("internal_error");
            // Once aloud: a peer decides how often this happens.
            LOG.log(
                    sourceHasFailed.getAndSet(true)
                            ? System.Logger.Level.DEBUG
                            : System.Logger.Level.WARNING,
                    "the source of the node's information failed",
                    e);
            return new MonitoringResponse.Internal("the node's information is not available");
        }
    }

    // On the loop.

    void succeeded(RequestKind kind, Duration took, PeerMonitoring known) {
        metrics.succeeded(kind, took, known);
    }

    void failed(PeerId peer, RequestKind kind, MonitoringFailure why, int failures) {
        metrics.failed(kind, why);
        LOG.log(
                System.Logger.Level.DEBUG,
                "peer {0}: {1} failed {2} times in a row, now {3}",
                peer.shortText(),
                kind.label(),
                failures,
                why.label());
    }

    void unmonitored(PeerId peer, int failures) {
        LOG.log(
                System.Logger.Level.INFO,
                "peer {0} failed {1} monitoring pings in a row and is disconnected",
                peer.shortText(),
                failures);
    }

    void send(PeerMonitor.Effect.Ask ask, PeerConnection connection) {
        var call = new AskCall(ask, clock.now());
        metrics.sent(ask.kind());
        if (connection.call(call) != SendResult.QUEUED) {
            call.ended(new NetworkEvent.MonitoringNotAsked(ask));
        }
    }

    /** A request under way; hears of its end on the connection's owner. */
    private final class AskCall extends OutboundCall {
        private final PeerMonitor.Effect.Ask ask;
        private final MonoTime sent;

        AskCall(PeerMonitor.Effect.Ask ask, MonoTime sent) {
            super(
                    PROTOCOL,
                    PROTOCOL.messageClass(),
                    MonitoringBcs.encode(ask.request()),
                    sent.plus(ask.timeout()));
            this.ask = ask;
            this.sent = sent;
        }

        @Override
        protected void onAnswer(Bytes answer) {
            ended(new NetworkEvent.MonitoringAnswered(ask, answer, clock.now().since(sent)));
        }

        @Override
        protected void onFailed(CallFailure failure) {
            ended(
                    failure instanceof CallFailure.TimedOut
                            ? new NetworkEvent.MonitoringTimedOut(ask)
                            : new NetworkEvent.MonitoringNotAsked(ask));
        }

        private void ended(NetworkEvent event) {
            metrics.ended(ask.kind());
            events.accept(event);
        }
    }
}
