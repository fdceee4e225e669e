package dev.aptosnet.node.network;

import dev.aptosnet.domain.connectivity.DialAllowance;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The dials and probes of a network that are under way, whoever asked for them, and why the last
 * ones failed. What the dialer orders leaves at once, since it asks for leave itself; what the
 * application wants waits here for its turn. Owned by the loop; {@link #underWay}, {@link #waiting}
 * and {@link #lastFailure} may be asked from any thread.
 */
final class Dials {
    /** How many dials of the application may wait for their turn. */
    private static final int MAX_WAITING = 1024;

    private static final System.Logger LOG = System.getLogger(Dials.class.getName());

    private final TransportRaces races;
    private final Transports transports;
    private final Dialing dialer;
    private final DialAllowance allowance;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final Consumer<Runnable> loop;
    private final Proven proven;
    private final Map<DialId, Pending> pending = new HashMap<>();
    private final ConcurrentHashMap<PeerId, SetupFailure> lastFailures = new ConcurrentHashMap<>();

    private final Queue<Request> requests = new ArrayDeque<>();

    /** How many dials are under way, for other threads. */
    private volatile int underWay;

    /** How many requests wait, for other threads. */
    private volatile int waiting;

    /** A dial that the application wants and that waits for its turn. */
    private record Request(
            DialId id, PeerId peer, NetworkAddress address, CompletableFuture<PeerInfo> answer) {}

    /** A dial under way; {@code answer} is null for the dialer's own. */
    record Pending(PeerId peer, MonoTime since, @Nullable CompletableFuture<PeerInfo> answer) {}

    /** What becomes of a link whose peer is proven. */
    interface Proven {
        /**
         * @param dial what it answers; null if the link is no answer to a dial of ours
         * @return why it was not taken; null if it was
         */
        @Nullable SetupFailure take(Link link, @Nullable Pending dial);
    }

    /**
     * @param allowance asked before each dial that the application wants
     */
    Dials(
            TransportRaces races,
            Transports transports,
            Dialing dialer,
            DialAllowance allowance,
            Clock clock,
            NetworkMetrics metrics,
            Consumer<Runnable> loop,
            Proven proven) {
        this.races = races;
        this.transports = transports;
        this.dialer = dialer;
        this.allowance = allowance;
        this.clock = clock;
        this.metrics = metrics;
        this.loop = loop;
        this.proven = proven;
    }

    // From any thread.

    int underWay() {
        return underWay;
    }

    int waiting() {
        return waiting;
    }

    /** Why the last dial of a peer failed; null if none has since it was connected. */
    @Nullable SetupFailure lastFailure(PeerId peer) {
        return lastFailures.get(peer);
    }

    // On the loop.

    /** Dials for the application, as soon as the node may. */
    void request(
            DialId id, PeerId peer, NetworkAddress address, CompletableFuture<PeerInfo> answer) {
        if (requests.size() >= MAX_WAITING) {
            refuse(
                    answer,
                    SetupFailure.Reason.TOO_MANY_PENDING,
                    MAX_WAITING + " dials wait (dials_per_second, max_pending_outbound)");
            return;
        }
        requests.add(new Request(id, peer, address, answer));
        dialRequested();
    }

    private static void refuse(
            CompletableFuture<PeerInfo> answer, SetupFailure.Reason reason, String detail) {
        answer.completeExceptionally(new ConnectFailure(new SetupFailure(reason, detail)));
    }

    private void dialRequested() {
        while (!requests.isEmpty() && allowance.take(clock.now())) {
            var next = requests.remove();
            dial(next.id(), next.peer(), next.address(), next.answer());
        }
        waiting = requests.size();
    }

    /** Dials what has waited long enough. */
    void timeReached() {
        dialRequested();
    }

    /** When {@link #timeReached} is to be called, as far as time decides it. */
    MonoTime nextDeadline() {
        return requests.isEmpty() ? MonoTime.NEVER : allowance.nextAt(clock.now());
    }

    /** Gives a dial up, which is still answered. */
    void cancel(DialId id, NetworkAddress address) {
        for (var requested : requests) {
            if (requested.id().equals(id)) {
                requests.remove(requested);
                waiting = requests.size();
                refuse(
                        requested.answer(),
                        SetupFailure.Reason.CANCELED,
                        "canceled before it began (dials_per_second, max_pending_outbound)");
                return;
            }
        }
        races.cancel(id, address);
    }

    /** Dials because the dialer wants it. */
    void dial(DialId id, PeerId peer, NetworkAddress address) {
        dial(id, peer, address, null);
    }

    private void dial(
            DialId id,
            PeerId peer,
            NetworkAddress address,
            @Nullable CompletableFuture<PeerInfo> answer) {
        pending.put(id, new Pending(peer, clock.now(), answer));
        underWay = pending.size();
        if (answer != null) {
            dialer.requested(peer);
        }
        metrics.dialed();
        try {
            // Who names an address wants that one.
            var quic = answer == null ? dialer.quicAddresses(peer) : List.<NetworkAddress>of();
            races.dial(id, peer, address, quic);
        } catch (ConnectFailure e) {
            failed(id, e.failure());
        }
    }

    /** Measures how long a connection takes; the dialer hears of it. */
    void probe(DialId id, NetworkAddress address, Duration limit) {
        try {
            if (races.allows(address)) {
                transports.probe(id, address, limit);
            } else {
                loop.accept(() -> probed(id, null));
            }
        } catch (ConnectFailure _) {
            // No transport takes such an address, which a dial will tell.
            loop.accept(() -> probed(id, null));
        }
    }

    /** A probe has ended; null if nothing answered. */
    void probed(DialId id, @Nullable Duration took) {
        if (took != null) {
            metrics.pinged("pre_dial", took);
        }
        dialer.probeEnded(id, took);
    }

    /** A dial has failed. */
    void failed(DialId id, SetupFailure failure) {
        var dial = pending.remove(id);
        if (dial == null) {
            return;
        }
        underWay = pending.size();
        if (dial.answer() != null) {
            allowance.ended();
            dialer.requestFailed(dial.peer());
        }
        dialer.dialEnded(id, false);
        metrics.setupRefused(Origin.OUTBOUND, failure.reason());
        metrics.upgraded(Origin.OUTBOUND, false, clock.now().since(dial.since()));
        var before = lastFailures.put(dial.peer(), failure);
        // The first failure of a kind is told, repetitions are not: one line, not a wall of them.
        var level =
                before != null && before.reason() == failure.reason()
                        ? System.Logger.Level.DEBUG
                        : System.Logger.Level.INFO;
        LOG.log(level, "cannot connect to peer {0}: {1}", dial.peer().shortText(), failure);
        if (dial.answer() != null) {
            dial.answer().completeExceptionally(new ConnectFailure(failure));
        }
    }

    /** A dial has reached its peer. */
    void dialed(DialId id, Link link) {
        var dial = pending.get(id);
        var failure = proven.take(link, dial);
        if (failure != null) {
            failed(id, failure);
            return;
        }
        pending.remove(id);
        underWay = pending.size();
        if (dial != null && dial.answer() != null) {
            allowance.ended();
        }
        dialer.dialEnded(id, true);
    }

    /** There is a connection to the peer: what failed before no longer matters. */
    void succeeded(PeerId peer) {
        lastFailures.remove(peer);
    }
}
