package dev.aptosnet.node.connection;

import dev.aptosnet.domain.connection.Connection;
import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.connection.ConnectionSink;
import dev.aptosnet.domain.connection.Drain;
import dev.aptosnet.domain.connection.Observation;
import dev.aptosnet.domain.rate.FrameGate;
import dev.aptosnet.domain.rate.RateLimitKind;
import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.domain.send.QueueBounds;
import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.node.budget.NodeBudget;
import dev.aptosnet.node.budget.SendAccount;
import dev.aptosnet.node.loop.Mailbox;
import dev.aptosnet.node.metrics.ConnectionMetrics;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.QueueStyle;
import dev.aptosnet.ports.client.RpcHandler;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One connection at work: the machine of the domain on the link's owner, with a mailbox through
 * which any thread reaches it. What the machine gives out goes to handlers on virtual threads, or
 * straight to inline ones.
 */
public final class PeerConnection implements LinkHandler, ConnectionSink, FrameGate.Taker {
    private static final System.Logger LOG = System.getLogger(PeerConnection.class.getName());
    private static final @Nullable InboundQueue[] NO_QUEUES = {};

    private final Link link;
    private final PeerInfo info;
    private final ProtocolHandlers protocols;
    private final MessageLimits limits;
    private final Clock clock;
    private final ConnectionMetrics metrics;
    private final ConnectionHealth health;
    private final BiConsumer<PeerConnection, LinkClosed> onClosed;
    private final Connection machine;

    /** Null where the peer may send as fast as it can. */
    private final @Nullable FrameGate gate;

    private final Mailbox mailbox = new Mailbox();
    private final SendAccount account;
    private final InboundAccount inbound;
    private final StreamMemory streamMemory;

    /** How much of it the frame under way takes. Owner only. */
    private int frameMemory;

    /** Whether large messages of the peer have to give way to those of others. */
    private volatile boolean owesStreamMemory;

    /** By protocol number, from the first direct send of a protocol on. Owner only. */
    private @Nullable InboundQueue[] queues = NO_QUEUES;

    /** Where those come from. Owner only. */
    private @Nullable PeerInboxes inboxes;

    /** Rare requests to the owner, such as cancellations. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(1);

    private volatile boolean hasTasks;

    private MonoTime heardAt;
    private MonoTime now;
    private boolean nowIsFresh;
    private MonoTime wakeAt = MonoTime.NEVER;
    private boolean reading = true;

    /** Set when the node stops. */
    private volatile @Nullable MonoTime drainUntil;

    /** Set while the peer has left the trusted set. */
    private volatile @Nullable Drain drain;

    /** Calls of ours that were open when that was over. */
    private int cutOff;

    public PeerConnection(
            Link link,
            PeerInfo info,
            Negotiation.Agreed agreed,
            ProtocolHandlers protocols,
            MessageLimits limits,
            InboundRate inboundRate,
            ConnectionSettings settings,
            NodeBudget budget,
            Clock clock,
            ConnectionMetrics metrics,
            ConnectionHealth health,
            BiConsumer<PeerConnection, LinkClosed> onClosed) {
        this.link = link;
        this.info = info;
        this.protocols = protocols;
        this.limits = limits;
        this.clock = clock;
        this.metrics = metrics;
        this.health = health;
        this.onClosed = onClosed;
        this.account =
                new SendAccount(
                        new QueueBounds(limits.queueMessages(), limits.queueBytes()), budget);
        this.inbound = new InboundAccount(limits.inboundBytes(), budget, protocols);
        this.streamMemory = budget.streams().join(info.peer(), this::onStreamMemoryOwed);
        this.now = clock.now();
        this.heardAt = now;
        this.machine = new Connection(settings, agreed, protocols.served(), this);
        this.gate =
                FrameGate.of(inboundRate, agreed.common(), agreed.capabilities(), now, this)
                        .orElse(null);
    }

    public PeerInfo info() {
        return info;
    }

    public PeerId peer() {
        return info.peer();
    }

    /** What the peer has proven to have. */
    public PublicKey key() {
        return link.info().key();
    }

    public ConnectionMetrics metrics() {
        return metrics;
    }

    public ConnectionHealth health() {
        return health;
    }

    public void start() {
        link.start(this);
    }

    // From any thread.

    public boolean speaks(ProtocolId protocol) {
        return info.protocols().contains(protocol);
    }

    /**
     * Now. A callback that makes the next call need not look at the clock again, for which the
     * owner looks once for all that it reads.
     */
    public MonoTime callersNow() {
        return link.isOwner() && nowIsFresh ? now : clock.now();
    }

    public SendResult send(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        if (isDraining()) {
            metrics.refused(messageClass, SendResult.DRAINING);
            return SendResult.DRAINING;
        }
        if (payload.size() > limits.maxMessageBytes()) {
            return SendResult.TOO_LARGE;
        }
        var charged = account.charge(messageClass, payload.size());
        if (charged != SendResult.QUEUED) {
            metrics.refused(messageClass, charged);
            health.droppedOut(protocol);
            return charged;
        }
        return put(new OutboundMessage(protocol, messageClass, payload))
                ? SendResult.QUEUED
                : SendResult.NOT_CONNECTED;
    }

    /** Queues a call; anything but {@code QUEUED} means that the call will hear nothing. */
    public SendResult call(OutboundCall call) {
        if (isDraining()) {
            metrics.refused(call.messageClass(), SendResult.DRAINING);
            return SendResult.DRAINING;
        }
        var charged = account.charge(call.messageClass(), call.payload().size());
        if (charged != SendResult.QUEUED) {
            metrics.refused(call.messageClass(), charged);
            health.droppedOut(call.protocol());
            return charged;
        }
        return put(call) ? SendResult.QUEUED : SendResult.NOT_CONNECTED;
    }

    public void cancel(OutboundCall call) {
        runOnOwner(() -> machine.cancel(call));
    }

    boolean respond(InboundCall call, Bytes answer) {
        var charged = chargeAnswer(call, answer);
        if (charged != SendResult.QUEUED) {
            metrics.refused(call.messageClass(), charged);
            protocols.reports(call.protocol()).noRoom(peer(), answer.size());
            runOnOwner(() -> machine.refuse(call, RefusalCode.OVERLOADED));
            return false;
        }
        call.leaveAnswer(answer);
        return put(call);
    }

    /** A handler's own thread waits for room as long as the request lives; an owner never does. */
    private SendResult chargeAnswer(InboundCall call, Bytes answer) {
        var charged = account.charge(call.messageClass(), answer.size());
        if (charged != SendResult.DROPPED_FULL || link.isOwner()) {
            return charged;
        }
        try {
            return account.chargeBy(call.messageClass(), answer.size(), call.deadline(), clock);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return charged;
        }
    }

    boolean refuse(InboundCall call, RefusalCode why) {
        runOnOwner(() -> machine.refuse(call, why));
        return true;
    }

    public void close(DisconnectReason reason, String detail) {
        link.close(reason, detail);
    }

    /**
     * Opens nothing more, finishes what is open and closes as stale, unless {@link #keep} comes.
     */
    public void drain(MonoTime until) {
        drain = new Drain(until);
        link.wake();
    }

    /** Stays, after all. */
    public void keep() {
        drain = null;
    }

    public boolean isDraining() {
        return drain != null;
    }

    /** How many calls of ours ended with the time to drain; once closed. */
    public int callsCutOff() {
        return cutOff;
    }

    /** Closes once all that is queued has left, or at {@code until}. */
    public void drainAndClose(MonoTime until) {
        drainUntil = until;
        link.wake();
    }

    private void onStreamMemoryOwed() {
        owesStreamMemory = true;
        link.wake();
    }

    private boolean put(OutboundMessage message) {
        return switch (mailbox.put(message)) {
            case FIRST -> {
                link.wake();
                yield true;
            }
            case BEHIND -> true;
            case CLOSED -> {
                account.release(message.messageClass(), 1, sizeOf(message));
                yield false;
            }
        };
    }

    private static int sizeOf(OutboundMessage message) {
        if (message instanceof InboundCall call) {
            var answer = call.answer();
            return answer == null ? 0 : answer.size();
        }
        return message.payload().size();
    }

    private void runOnOwner(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            hasTasks = true;
        }
        link.wake();
    }

    // On the owner.

    /** Whether the peer sent a frame at that moment or later. */
    public boolean heardSince(MonoTime since) {
        return !heardAt.isBefore(since);
    }

    /** The time of this wake-up. */
    public MonoTime now() {
        return now;
    }

    /** How long ago a moment of {@link #now} was. Any thread. */
    long nanosSince(long earlier) {
        return clock.now().nanos() - earlier;
    }

    /** Calls to the peer without an end. */
    public int openCalls() {
        return machine.openCalls();
    }

    @Override
    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
        hear();
        if (gate == null) {
            machine.onFrame(now, head, offset, length, rest);
        } else {
            gate.onFrame(now, head, offset, length, rest);
            readWhileOpen(gate);
        }
    }

    @Override
    public void onLentFrame(byte[] array, int offset, int length) {
        if (gate == null) {
            hear();
            machine.onLentFrame(now, array, offset, length);
        } else {
            // It may have to wait.
            LinkHandler.super.onLentFrame(array, offset, length);
        }
    }

    @Override
    public boolean onFrameMemory(int bytes) {
        if (bytes < 0) {
            streamMemory.giveBack(-bytes);
        } else if (!streamMemory.take(bytes)) {
            return false;
        }
        frameMemory += bytes;
        return true;
    }

    private void hear() {
        if (!nowIsFresh) {
            now = clock.now();
            nowIsFresh = true;
        }
        heardAt = now;
    }

    /** Reading alone stops: what we have to send goes on. */
    private void readWhileOpen(FrameGate gate) {
        if (reading == gate.isShut()) {
            reading = !reading;
            link.setReading(reading);
        }
    }

    @Override
    public void onPassed(MonoTime time, byte[] head, int offset, int length, Bytes rest) {
        machine.onFrame(time, head, offset, length, rest);
    }

    @Override
    public void onThrottled(RateLimitKind bucket) {
        metrics.throttled(bucket);
    }

    @Override
    public void onHopeless(RateLimitKind bucket, String detail) {
        metrics.capacityExceeded(bucket);
        link.close(DisconnectReason.INPUT_OUTPUT_ERROR, detail);
    }

    @Override
    public void onWake(FrameSink out) {
        now = clock.now();
        takeMail(mailbox.take());
        runTasks();
        if (owesStreamMemory) {
            owesStreamMemory = false;
            machine.giveUpStreams();
            if (frameMemory > 0 && streamMemory.isOwing()) {
                link.close(
                        DisconnectReason.INPUT_OUTPUT_ERROR,
                        "others need the memory of a frame under way (budget.total_bytes)");
            }
        }
        var next = MonoTime.NEVER;
        if (gate != null) {
            gate.onTime(now);
            readWhileOpen(gate);
            next = gate.nextDeadline();
        }
        if (!now.isBefore(wakeAt)) {
            machine.onTime(now);
        }
        machine.poll(now, out);
        account.flush();
        metrics.flush();
        nowIsFresh = false;
        next = MonoTime.earlier(next, machine.nextDeadline());
        var stop = drainUntil;
        if (stop != null) {
            if (!machine.hasOutput() || !now.isBefore(stop)) {
                link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the node stops");
            }
            next = MonoTime.earlier(next, stop);
        }
        var leaving = drain;
        if (leaving != null) {
            if (leaving.isOver(now, machine.isIdle(), heardAt)) {
                cutOff = machine.openCalls();
                link.close(DisconnectReason.STALE_CONNECTION, "the peer has left the trusted set");
            }
            next = MonoTime.earlier(next, leaving.askAgainAt(now));
        }
        // A later deadline needs no new timer: being woken early costs less than asking each time.
        if (next.isBefore(wakeAt) || !now.isBefore(wakeAt)) {
            wakeAt = next;
            link.wakeAt(next);
        }
    }

    private void takeMail(@Nullable OutboundMessage first) {
        var message = first;
        while (message != null) {
            var following = message.next();
            message.linkTo(null);
            switch (message) {
                case OutboundCall call -> machine.call(now, call);
                case InboundCall call -> {
                    var answer = call.answer();
                    machine.respond(now, call, answer == null ? Bytes.EMPTY : answer);
                }
                default -> machine.send(now, message);
            }
            message = following;
        }
    }

    private void runTasks() {
        while (hasTasks) {
            Runnable task;
            synchronized (tasks) {
                task = tasks.poll();
                hasTasks = !tasks.isEmpty();
            }
            if (task != null) {
                task.run();
            }
        }
    }

    @Override
    public void onTransferLost(long transfer, String why) {
        machine.onTransferLost(transfer);
    }

    @Override
    public void onClosed(LinkClosed how) {
        now = clock.now();
        takeMail(mailbox.close());
        machine.onClosed(how.detail());
        account.flush();
        metrics.flush();
        health.onClosed();
        if (queues.length > 0) {
            protocols.inboxes().release(peer());
        }
        onClosed.accept(this, how);
    }

    @Override
    public void onDirectSend(ProtocolId protocol, MessageClass messageClass, Bytes payload) {
        var registration = protocols.find(protocol);
        var handler = registration == null ? null : registration.direct();
        if (registration == null || handler == null) {
            metrics.declinedDirectSend(payload.size());
            return;
        }
        if (registration.directInline()) {
            var reports = protocols.reports(protocol);
            var began = clock.now().nanos();
            try {
                handler.onMessage(peer(), payload);
            } catch (MalformedPayloadException e) {
                reports.malformed(metrics, peer(), e);
            } catch (Throwable e) {
                reports.failed(metrics, "handler", e);
            } finally {
                reports.ran(metrics, "handler", nanosSince(began));
                done(registration, payload);
            }
            return;
        }
        Consumer<Bytes> whenDone = registration.borrows() ? link::giveBack : _ -> {};
        if (!queueOf(registration, handler).offer(peer(), payload, inbound, metrics, whenDone)) {
            health.droppedIn(protocol);
        }
    }

    /** Whether callbacks are done with an answer when they return. */
    public boolean borrows(ProtocolId protocol) {
        var registration = protocols.find(protocol);
        return registration != null && registration.borrows();
    }

    @Override
    public boolean borrowsDirectSends(ProtocolId protocol) {
        var registration = protocols.find(protocol);
        return registration != null && registration.borrows() && registration.directInline();
    }

    @Override
    public boolean borrowsRequests(ProtocolId protocol) {
        var registration = protocols.find(protocol);
        return registration != null && registration.borrows() && registration.rpcInline();
    }

    private InboundQueue queueOf(
            ProtocolRegistration registration, ProtocolRegistration.DirectHandler handler) {
        var number = registration.protocol().number();
        if (queues.length == 0) {
            queues = new InboundQueue[ProtocolHandlers.NUMBERS];
            inboxes = protocols.inboxes().acquire(peer());
        }
        var queue = queues[number];
        if (queue == null) {
            queue = protocols.shared(registration.protocol());
            if (queue == null && inboxes != null) {
                queue = inboxes.queue(number, () -> newQueue(registration, handler));
            }
            queues[number] = queue;
        }
        return Objects.requireNonNull(queue);
    }

    private InboundQueue newQueue(
            ProtocolRegistration registration, ProtocolRegistration.DirectHandler handler) {
        var inbox = registration.inbox();
        var table = protocols.inboxes();
        var of = peer();
        return new InboundQueue(
                registration.protocol(),
                handler,
                inbox != null ? inbox : Inbox.of(QueueStyle.FIFO, limits.inboundQueueMessages()),
                protocols.reports(registration.protocol()),
                () -> table.idle(of));
    }

    @Override
    public void onRequest(InboundCall call, Bytes payload) {
        var registration = protocols.find(call.protocol());
        var handler = registration == null ? null : registration.rpc();
        if (registration == null || handler == null) {
            machine.refuse(call, RefusalCode.UNSUPPORTED_PROTOCOL);
            return;
        }
        var request = new InboundRequest(this, call, payload, registration.borrows());
        if (registration.rpcInline()) {
            var began = clock.now().nanos();
            try {
                run(handler, request);
            } finally {
                protocols.reports(call.protocol()).ran(metrics, "handler", nanosSince(began));
                done(registration, payload);
            }
            return;
        }
        if (!inbound.charge(call.protocol(), payload.size())) {
            machine.refuse(call, RefusalCode.OVERLOADED);
            return;
        }
        var progress = request.progress();
        call.servedBy(progress);
        Thread.startVirtualThread(
                () -> {
                    try {
                        account.awaitNoneWaiting(call.deadline(), clock);
                        if (progress.begin()) {
                            run(handler, request);
                        }
                    } catch (Throwable e) {
                        protocols.reports(request.protocol()).failed(metrics, "handler", e);
                    } finally {
                        progress.returned();
                        inbound.release(call.protocol(), payload.size());
                        done(registration, payload);
                    }
                });
    }

    /** Whatever the handler throws ends its request, and nothing else. */
    private void run(RpcHandler<Bytes> handler, InboundRequest request) {
        try {
            handler.onRequest(request);
        } catch (MalformedPayloadException e) {
            protocols.reports(request.protocol()).malformed(metrics, peer(), e);
            request.refuse(RefusalCode.BAD_PAYLOAD);
        } catch (InterruptedException e) {
            if (request.refuse()) { // Else the deadline has interrupted it, and nothing failed.
                protocols.reports(request.protocol()).failed(metrics, "handler", e);
            }
        } catch (Throwable e) {
            protocols.reports(request.protocol()).failed(metrics, "handler", e);
            request.refuse();
        }
    }

    /** A handler has returned. Any thread. */
    private void done(ProtocolRegistration registration, Bytes payload) {
        if (registration.borrows()) {
            link.giveBack(payload);
        }
    }

    /** A callback has returned. */
    public void done(ProtocolId protocol, Bytes answer) {
        var registration = protocols.find(protocol);
        if (registration != null) {
            done(registration, answer);
        }
    }

    /** Where a callback of this protocol reports what goes wrong. */
    HandlerReports reports(ProtocolId protocol) {
        return protocols.reports(protocol);
    }

    /** Runs a callback on the owner; whatever it throws is reported and goes no further. */
    public void runInline(ProtocolId protocol, Runnable callback) {
        var began = clock.now().nanos();
        try {
            callback.run();
        } catch (Throwable e) {
            reports(protocol).failed(metrics, "callback", e);
        } finally {
            reports(protocol).ran(metrics, "callback", nanosSince(began));
        }
    }

    @Override
    public void onReleased(MessageClass messageClass, int bytes) {
        account.releaseLater(messageClass, bytes);
    }

    @Override
    public boolean onStreamBytes(int bytes) {
        return streamMemory.take(bytes);
    }

    @Override
    public void onStreamBytesFreed(long bytes) {
        streamMemory.giveBack(bytes);
    }

    @Override
    public boolean owesStreamBytes() {
        return streamMemory.isOwing();
    }

    @Override
    public void onTaken(MessageClass messageClass, MonoTime since) {
        metrics.waited(messageClass, clock.now().nanosSince(since));
    }

    @Override
    public void observe(Observation what, @Nullable ProtocolId protocol, long bytes) {
        metrics.observe(what, protocol, bytes);
        health.observe(now, what, protocol, bytes);
    }

    @Override
    public void observeMistake(Observation what, Enum<?> error) {
        metrics.mistake(what, error);
        if (LOG.isLoggable(System.Logger.Level.DEBUG)) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "connection {0}, peer {1}: {2} {3}",
                    info.connection(),
                    peer().shortText(),
                    what,
                    error);
        }
    }
}
