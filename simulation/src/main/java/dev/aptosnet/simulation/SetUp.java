package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * A connection on its way to being proven: five packets to and fro, two for the socket, two for
 * Noise, one with the dialer's handshake message. The dialer has its link after two round trips,
 * the listener after two and a half; in between the dialer may already have closed it. A packet
 * that does not get through is sent again, each time after twice the wait, until the deadline.
 */
final class SetUp {
    private static final long FIRST_RETRY_NANOS = 1_000_000_000L;

    private static final int SYN = 1;
    private static final int SYN_ACK = 2;
    private static final int NOISE_FIRST = 3;
    private static final int NOISE_SECOND = 4;
    private static final int HELLO = 5;

    private final VirtualNetwork network;
    private final VirtualTransport transport;
    private final DialId id;
    private final Host dialer;
    private final Host listener;
    private final PeerId expected;
    private final int dialerProcess;
    private final MonoTime begun;
    private final MonoTime deadline;
    private int listenerProcess;
    private @Nullable VirtualTransport admittedBy;
    private @Nullable VirtualLink inbound;
    private long stamp;
    private long retryNanos = FIRST_RETRY_NANOS;
    private boolean over;

    SetUp(
            VirtualNetwork network,
            VirtualTransport transport,
            DialId id,
            Host dialer,
            Host listener,
            PeerId expected) {
        this.network = network;
        this.transport = transport;
        this.id = id;
        this.dialer = dialer;
        this.listener = listener;
        this.expected = expected;
        this.dialerProcess = dialer.process();
        this.begun = network.world().now();
        this.deadline = begun.plus(network.conditions().setupTimeout());
    }

    void begin() {
        network.dialBegan(dialer, listener);
        at(deadline, this::expire);
        send(SYN);
    }

    private void send(int step) {
        var from = step % 2 == 1 ? dialer : listener;
        var to = step % 2 == 1 ? listener : dialer;
        in(network.oneWayNanos(from, to), () -> arrive(step, from, to));
    }

    private void arrive(int step, Host from, Host to) {
        if (over) {
            return;
        }
        if (step < HELLO && dialer.process() != dialerProcess) {
            finish();
            return;
        }
        // The machine alone answers a SYN; the rest needs the process.
        var asleep = step > SYN && to.isFrozen();
        if (!network.isOpen(from, to) || asleep) {
            in(retryNanos, () -> send(step));
            retryNanos *= 2;
            return;
        }
        if (step > SYN && listener.process() != listenerProcess) {
            broken();
            return;
        }
        switch (step) {
            case SYN -> syn();
            case NOISE_FIRST -> noise();
            case NOISE_SECOND -> dialed();
            case HELLO -> hello();
            default -> send(step + 1);
        }
    }

    private void syn() {
        var there = network.transportOf(listener);
        if (there == null || network.isUnlucky()) {
            failLater(SetupFailure.Reason.CONNECT_FAILED, "connection refused");
        } else if (!there.admit()) {
            failLater(SetupFailure.Reason.TRUNCATED, "the peer ended the set-up");
        } else {
            admittedBy = there;
            listenerProcess = listener.process();
            send(SYN_ACK);
        }
    }

    private void noise() {
        stamp = transport.nextStamp();
        var there = admittedBy;
        var refused =
                !listener.peer().equals(expected)
                        ? SetupFailure.Reason.WRONG_SERVER_KEY
                        : there == null ? null : there.judge(dialer.peer(), stamp);
        if (refused == null) {
            send(NOISE_SECOND);
        } else {
            failLater(SetupFailure.Reason.TRUNCATED, "the peer ended the set-up: " + refused);
        }
    }

    private void dialed() {
        var there = admittedBy;
        if (there == null) {
            return;
        }
        var wire = network.newWire();
        var outbound = end(dialer, listener, transport, there, Origin.OUTBOUND, wire);
        var accepted = end(listener, dialer, there, transport, Origin.INBOUND, wire);
        VirtualLink.join(outbound, accepted);
        inbound = accepted;
        transport.dialed(id, outbound);
        send(HELLO);
    }

    private VirtualLink end(
            Host at,
            Host peer,
            VirtualTransport own,
            VirtualTransport theirs,
            Origin origin,
            long wire) {
        var settings = own.settings();
        var number = 2 * wire + (origin == Origin.INBOUND ? 1 : 0);
        var trusted = settings.trusted().find(peer.peer());
        var took = network.world().now().since(begun);
        var info =
                new LinkInfo(
                        new ConnectionId(number),
                        peer.peer(),
                        peer.key(),
                        trusted.isPresent() ? trusted.get().role() : settings.unknownInboundRole(),
                        peer.address(),
                        origin,
                        "virtual",
                        CipherSuite.CHACHAPOLY,
                        settings.limits().maxFrameBytes(),
                        false,
                        theirs.settings().hello().get(),
                        new LinkInfo.SetupTimes(
                                took.dividedBy(2), took.dividedBy(2), Duration.ZERO));
        return new VirtualLink(network, at, info, wire);
    }

    private void hello() {
        var there = admittedBy;
        var link = inbound;
        if (there != null && link != null) {
            there.commit(dialer.peer(), stamp);
            finish();
            there.accepted(link);
        }
    }

    private void failLater(SetupFailure.Reason reason, String detail) {
        in(network.oneWayNanos(listener, dialer), () -> fail(reason, detail));
    }

    /** The dial ends without a link; does nothing once there is one. */
    void fail(SetupFailure.Reason reason, String detail) {
        if (!over && inbound == null) {
            finish();
            if (dialer.process() == dialerProcess) {
                transport.failed(id, new SetupFailure(reason, detail));
            }
        }
    }

    /** The listener's process is another one now. */
    private void broken() {
        fail(SetupFailure.Reason.INPUT_OUTPUT, "the connection broke");
        abandon();
    }

    private void expire() {
        if (!over) {
            fail(SetupFailure.Reason.TIMEOUT, "not finished in time");
            abandon();
        }
    }

    /** Ends what the listener will never be told of. */
    private void abandon() {
        finish();
        if (inbound != null && inbound.isOpen()) {
            inbound.fail(
                    new LinkClosed(
                            DisconnectReason.INPUT_OUTPUT_ERROR, "the set-up was not finished"));
        }
    }

    private void finish() {
        if (!over) {
            over = true;
            network.dialEnded(dialer, listener);
            if (admittedBy != null) {
                admittedBy.leave();
            }
        }
    }

    private void in(long nanos, Runnable action) {
        at(network.world().now().plusNanos(nanos), action);
    }

    private void at(MonoTime time, Runnable action) {
        network.world().at(time, EventKind.SETUP, dialer.index(), id.number(), action);
    }
}
