package dev.aptosnet.simulation;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.ConnectionSink;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The domain's connection machine on a virtual link, as a node's runtime would run it. It answers
 * pings, and sends one now and then.
 */
final class SimConnection implements LinkHandler, ConnectionSink {
    /** How often a peer is pinged; the default of behaviour.md section 13.2. */
    static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    private static final Duration PING_TIMEOUT = Duration.ofSeconds(20);
    private static final ProtocolId HEALTH = ProtocolId.HEALTH_CHECKER_RPC;

    private final VirtualLink link;
    private final SimNode node;
    private final Connection machine;
    private final BiConsumer<SimConnection, LinkClosed> onClosed;
    private final List<Ping> open = new ArrayList<>();
    private MonoTime nextPing;
    private MonoTime wakeAt = MonoTime.NEVER;
    private int nonce;

    SimConnection(
            SimNode node,
            VirtualLink link,
            Negotiation.Agreed agreed,
            ConnectionSettings settings,
            MonoTime firstPing,
            BiConsumer<SimConnection, LinkClosed> onClosed) {
        this.node = node;
        this.link = link;
        this.onClosed = onClosed;
        this.nextPing = firstPing;
        this.machine = new Connection(settings, agreed, List.of(HEALTH), this);
    }

    VirtualLink link() {
        return link;
    }

    /** When the oldest of its open calls has to have ended; NEVER if there is none. */
    MonoTime earliestDeadline() {
        // All are given the same time, so that the first to begin is the first to end.
        return open.isEmpty() ? MonoTime.NEVER : open.getFirst().due;
    }

    /** A request whose one end is waited for. */
    private final class Ping extends OutboundCall {
        private final MonoTime begun;
        private final MonoTime due;

        Ping(MonoTime begun, MonoTime due, int nonce) {
            super(HEALTH, MessageClass.CRITICAL, new HealthCheckerMsg.Ping(nonce).encode(), due);
            this.begun = begun;
            this.due = due;
        }

        @Override
        protected void onAnswer(Bytes answer) {
            ended();
            node.run().tally().callsAnswered++;
            node.run()
                    .roundTrips()
                    .add(
                            node.host().region(),
                            link.other().host().region(),
                            node.host().now().nanosSince(begun));
        }

        @Override
        protected void onFailed(CallFailure failure) {
            ended();
            node.run().tally().callsFailed++;
        }

        private void ended() {
            if (!open.remove(this)) {
                node.run().invariants().broken("a call of " + link.info().id() + " ended twice");
            }
        }
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        machine.onFrame(node.host().now(), head, offset, length, rest);
    }

    @Override
    public void onWake(FrameSink out) {
        var now = node.host().now();
        if (!now.isBefore(machine.nextDeadline())) {
            machine.onTime(now);
        }
        if (!now.isBefore(nextPing)) {
            nextPing = now.plus(PING_INTERVAL);
            var ping = new Ping(now, now.plus(PING_TIMEOUT), nonce++);
            node.run().tally().callsOpened++;
            open.add(ping);
            machine.call(now, ping);
        }
        machine.poll(now, out);
        var next = MonoTime.earlier(nextPing, machine.nextDeadline());
        if (!next.equals(wakeAt)) {
            wakeAt = next;
            link.wakeAt(next);
        }
    }

    @Override
    public void onClosed(LinkClosed how) {
        machine.onClosed(how.detail());
        onClosed.accept(this, how);
    }

    @Override
    public void onRequest(InboundCall call, Bytes payload) {
        if (HealthCheckerMsg.decode(payload) instanceof HealthCheckerMsg.Ping(int asked)) {
            machine.respond(call, new HealthCheckerMsg.Pong(asked).encode());
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
