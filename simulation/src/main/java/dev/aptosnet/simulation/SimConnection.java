package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.ConnectionSink;
import dev.aptosnet.domain.connection.Drain;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.health.HealthChecker;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The domain's connection machine on a virtual link, as a node's runtime would run it. It answers
 * pings and an application's calls, and makes both when its node says so.
 */
final class SimConnection implements LinkHandler, ConnectionSink {
    /** What the application of the simulated nodes speaks. */
    static final ProtocolId APPLICATION = ProtocolId.CONSENSUS_RPC_BCS;

    private static final ProtocolId HEALTH = ProtocolId.HEALTH_CHECKER_RPC;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final Bytes REQUEST = Bytes.wrap(new byte[1024]);
    private static final Bytes ANSWER = Bytes.wrap(new byte[64]);

    private final SimNode node;
    private final VirtualLink link;
    private final ConnectionSettings settings;
    private final Connection machine;
    private final MonoTime since;
    private final List<Call> open = new ArrayList<>();
    private MonoTime wakeAt = MonoTime.NEVER;
    private MonoTime heardAt;
    private @Nullable Drain drain;

    SimConnection(
            SimNode node,
            VirtualLink link,
            Negotiation.Agreed agreed,
            ConnectionSettings settings) {
        this.node = node;
        this.link = link;
        this.settings = settings;
        this.since = node.host().now();
        this.heardAt = since;
        this.machine = new Connection(settings, agreed, List.of(HEALTH, APPLICATION), this);
    }

    VirtualLink link() {
        return link;
    }

    boolean isTo(PeerId peer) {
        return link.info().peer().equals(peer);
    }

    /** When its peer was proven. */
    MonoTime since() {
        return since;
    }

    /** When it has to be gone; null if it may stay. */
    @Nullable MonoTime goneBy() {
        return drain == null ? null : drain.until();
    }

    /** When the first of its open calls has to have ended; NEVER if there is none. */
    MonoTime earliestDeadline() {
        var earliest = MonoTime.NEVER;
        for (var call : open) {
            earliest = MonoTime.earlier(earliest, call.due());
        }
        return earliest;
    }

    /** Whether more calls are open than may be. */
    boolean hasTooManyCalls() {
        return open.size() > settings.maxOutboundCalls();
    }

    /** Opens nothing more, finishes what is open and closes. */
    void drain(MonoTime until) {
        drain = new Drain(until);
        link.wake();
    }

    /** Stays, after all. */
    void keep() {
        drain = null;
    }

    void ping(HealthChecker.Effect.Ping ping) {
        begin(new Ping(ping, node.host().now()));
    }

    /** A call of the application. */
    void ask() {
        begin(new Question(node.host().now()));
    }

    private void begin(Call call) {
        // As the runtime: a draining connection takes nothing new, and a ping is no exception.
        if (drain == null) {
            node.run().tally().callsOpened++;
            open.add(call);
            machine.call(node.host().now(), call);
            link.wake();
        }
    }

    /** A request whose one end is waited for. */
    private abstract class Call extends OutboundCall {
        final MonoTime begun;

        Call(ProtocolId protocol, Bytes request, MonoTime begun, Duration timeout) {
            super(protocol, protocol.messageClass(), request, begun.plus(timeout));
            this.begun = begun;
        }

        final MonoTime due() {
            return deadline().plus(turn());
        }

        abstract void answered(Bytes answer, Duration took);

        abstract void failed(CallFailure failure);

        @Override
        protected final void onAnswer(Bytes answer) {
            ended();
            node.run().tally().callsAnswered++;
            answered(answer, node.host().now().since(begun));
        }

        @Override
        protected final void onFailed(CallFailure failure) {
            ended();
            node.run().tally().callsFailed++;
            failed(failure);
        }

        private void ended() {
            if (!open.remove(this)) {
                node.run().invariants().broken("a call of " + link.info().id() + " ended twice");
            }
        }
    }

    /** A ping of the health checker. */
    private final class Ping extends Call {
        private final HealthChecker.Effect.Ping ping;

        Ping(HealthChecker.Effect.Ping ping, MonoTime begun) {
            super(
                    HEALTH,
                    new HealthCheckerMsg.Ping(ping.nonce()).encode(),
                    begun,
                    ping.beforeTurn());
            this.ping = ping;
        }

        @Override
        protected Duration turn() {
            return ping.turn();
        }

        @Override
        void answered(Bytes answer, Duration took) {
            node.run()
                    .roundTrips()
                    .add(node.host().region(), link.other().host().region(), took.toNanos());
            if (HealthCheckerMsg.decode(answer) instanceof HealthCheckerMsg.Pong(int nonce)) {
                node.on(new NetworkEvent.Ponged(ping, nonce, took));
            }
        }

        @Override
        void failed(CallFailure failure) {
            if (failure instanceof CallFailure.TimedOut) {
                node.on(new NetworkEvent.PingFailed(ping));
            }
        }
    }

    /** A call of the application. */
    private final class Question extends Call {
        Question(MonoTime begun) {
            super(APPLICATION, REQUEST, begun, CALL_TIMEOUT);
        }

        @Override
        void answered(Bytes answer, Duration took) {}

        @Override
        void failed(CallFailure failure) {
            node.run().callFailed(node.host(), link.other().host());
        }
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        heardAt = node.host().now();
        machine.onFrame(heardAt, head, offset, length, rest);
    }

    @Override
    public void onWake(FrameSink out) {
        var now = node.host().now();
        if (!now.isBefore(machine.nextDeadline())) {
            machine.onTime(now);
        }
        machine.poll(now, out);
        var next = machine.nextDeadline();
        var leaving = drain;
        if (leaving != null) {
            if (leaving.isOver(now, machine.isIdle(), heardAt)) {
                link.close(DisconnectReason.STALE_CONNECTION, "the peer has left the set");
            }
            next = MonoTime.earlier(next, leaving.askAgainAt(now));
        }
        // As the runtime: being woken early costs less than a new timer each time.
        if (next.isBefore(wakeAt) || !now.isBefore(wakeAt)) {
            wakeAt = next;
            link.wakeAt(next);
        }
    }

    @Override
    public void onClosed(LinkClosed how) {
        machine.onClosed(how.detail());
        node.connectionClosed(this, how);
    }

    @Override
    public void onRequest(InboundCall call, Bytes payload) {
        if (call.protocol().equals(APPLICATION)) {
            machine.respond(node.host().now(), call, ANSWER);
        } else if (HealthCheckerMsg.decode(payload) instanceof HealthCheckerMsg.Ping(int asked)) {
            machine.respond(node.host().now(), call, new HealthCheckerMsg.Pong(asked).encode());
            node.on(new NetworkEvent.Pinged(link.info().peer()));
        }
    }

    @Override
    public void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes payload) {}

    @Override
    public void onReleased(MessageClass messageClass, int bytes) {}

    @Override
    public void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {}

    @Override
    public void observeMistake(Observation what, Enum<?> error) {
        node.run()
                .invariants()
                .broken("connection " + link.info().id() + ": " + what + " " + error);
    }
}
