package dev.aptosnet.node.network;

import dev.aptosnet.domain.monitoring.MonitoringBcs;
import dev.aptosnet.domain.monitoring.MonitoringResponse;
import dev.aptosnet.domain.monitoring.MonitoringServer;
import dev.aptosnet.domain.monitoring.PeerMonitor;
import dev.aptosnet.domain.monitoring.PeerMonitor.Effect;
import dev.aptosnet.domain.monitoring.PeerMonitor.Event;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.node.connection.ProtocolRegistration;
import dev.aptosnet.node.metrics.MonitoringMetrics;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Peer monitoring at work: the machine on the node's loop, its requests over the connections, and
 * answers to the requests of others. A peer that does not speak the protocol is not asked.
 */
final class Monitoring {
    private static final System.Logger LOG = System.getLogger(Monitoring.class.getName());
    private static final ProtocolId PROTOCOL = ProtocolId.PEER_MONITORING_SERVICE_RPC;

    private final NetworkSettings settings;
    private final MonitoringSettings monitoring;
    private final Clock clock;
    private final MonitoringMetrics metrics;
    private final PeerStore store;
    private final Consumer<Runnable> loop;
    private final Function<ConnectionId, @Nullable PeerConnection> connections;
    private final Consumer<PeerId> disconnect;
    private final MonitoringServer server;
    private final Semaphore atOnce;
    private final MonoTime since;
    private final AtomicBoolean sourceHasFailed = new AtomicBoolean();

    // Owned by the loop.
    private final PeerMonitor machine;

    /**
     * @param loop runs a task on the node's loop soon, or drops it
     * @param connections finds a live connection; asked on the loop
     * @param disconnect ends the connection to a peer that no longer answers; on the loop
     */
    Monitoring(
            NetworkSettings settings,
            Clock clock,
            NetworkMetrics metrics,
            PeerStore store,
            Consumer<Runnable> loop,
            Function<ConnectionId, @Nullable PeerConnection> connections,
            Consumer<PeerId> disconnect) {
        this.settings = settings;
        this.monitoring = settings.monitoring();
        this.clock = clock;
        this.metrics = new MonitoringMetrics(metrics);
        this.store = store;
        this.loop = loop;
        this.connections = connections;
        this.disconnect = disconnect;
        this.server = new MonitoringServer(monitoring, settings.validator());
        this.atOnce = new Semaphore(monitoring.maxConcurrentRequests(), true);
        this.since = clock.now();
        this.machine =
                new PeerMonitor(
                        monitoring,
                        settings.networkId(),
                        settings.validator(),
                        new SplittableRandom(new SecureRandom().nextLong()));
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

    MonoTime nextDeadline() {
        return machine.nextDeadline();
    }

    void onTime() {
        if (!clock.now().isBefore(machine.nextDeadline())) {
            take(new Event.TimeReached());
        }
    }

    /** A connection is there, the peer's first or in another's place. */
    void connected(PeerInfo info) {
        if (monitoring.client() && info.protocols().contains(PROTOCOL)) {
            take(new Event.Connected(info.peer(), info.connection(), info.role()));
        }
    }

    void lost(PeerInfo info) {
        take(new Event.Lost(info.peer(), info.connection()));
    }

    private void take(Event event) {
        for (var effect : machine.on(clock.now(), event)) {
            carryOut(effect);
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Ask ask -> send(ask);
            case Effect.Succeeded(_, var kind, var took, var known) ->
                    metrics.succeeded(kind, took, known);
            case Effect.Failed(var peer, var kind, var why, var failures) -> {
                metrics.failed(kind, why);
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "peer {0}: {1} failed {2} times in a row, now {3}",
                        peer.shortText(),
                        kind.label(),
                        failures,
                        why.label());
            }
            case Effect.Disconnect(var peer, _, var failures) -> {
                LOG.log(
                        System.Logger.Level.INFO,
                        "peer {0} failed {1} monitoring pings in a row and is disconnected",
                        peer.shortText(),
                        failures);
                disconnect.accept(peer);
            }
            case Effect.Update(var all) -> store.monitored(settings.networkId(), all);
        }
    }

    private void send(Effect.Ask ask) {
        var connection = connections.apply(ask.connection());
        if (connection == null) {
            return; // It has closed; its loss is on the way to us.
        }
        var call = new AskCall(ask, clock.now());
        metrics.sent(ask.kind());
        if (connection.call(call) != SendResult.QUEUED) {
            call.ended(new Event.NotAsked(ask));
        }
    }

    /** A request under way; hears of its end on the connection's owner. */
    private final class AskCall extends OutboundCall {
        private final Effect.Ask ask;
        private final MonoTime sent;

        AskCall(Effect.Ask ask, MonoTime sent) {
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
            ended(new Event.Answered(ask, answer, clock.now().since(sent)));
        }

        @Override
        protected void onFailed(CallFailure failure) {
            ended(
                    failure instanceof CallFailure.TimedOut
                            ? new Event.TimedOut(ask)
                            : new Event.NotAsked(ask));
        }

        /** Where the loop's mailbox is full this is lost, and the machine asks again later. */
        private void ended(Event event) {
            metrics.ended(ask.kind());
            loop.accept(() -> take(event));
        }
    }
}
