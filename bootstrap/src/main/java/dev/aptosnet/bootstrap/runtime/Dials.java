package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.bootstrap.metrics.NetworkMetrics;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The dials and probes of a network that are under way, whoever asked for them, and why the last
 * ones failed. Owned by the loop; {@link #underWay} and {@link #lastFailure} may be asked from any
 * thread.
 */
final class Dials {
    private static final System.Logger LOG = System.getLogger(Dials.class.getName());

    private final Races races;
    private final Transports transports;
    private final Dialling dialler;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final Consumer<Runnable> loop;
    private final Proven proven;
    private final Map<DialId, Pending> pending = new HashMap<>();
    private final ConcurrentHashMap<PeerId, SetupFailure> lastFailures = new ConcurrentHashMap<>();

    /** How many dials are under way, for other threads. */
    private volatile int underWay;

    /** A dial under way; {@code answer} is null for the dialler's own. */
    record Pending(PeerId peer, MonoTime since, @Nullable CompletableFuture<PeerInfo> answer) {}

    /** What becomes of a link whose peer is proven. */
    interface Proven {
        /**
         * @param dial what it answers; null if the link is no answer to a dial of ours
         * @return why it was not taken; null if it was
         */
        @Nullable SetupFailure take(Link link, @Nullable Pending dial);
    }

    Dials(
            Races races,
            Transports transports,
            Dialling dialler,
            Clock clock,
            NetworkMetrics metrics,
            Consumer<Runnable> loop,
            Proven proven) {
        this.races = races;
        this.transports = transports;
        this.dialler = dialler;
        this.clock = clock;
        this.metrics = metrics;
        this.loop = loop;
        this.proven = proven;
    }

    // From any thread.

    int underWay() {
        return underWay;
    }

    /** Why the last dial of a peer failed; null if none has since it was connected. */
    @Nullable SetupFailure lastFailure(PeerId peer) {
        return lastFailures.get(peer);
    }

    // On the loop.

    /** Dials; a null {@code answer} says that it was the dialler's wish. */
    void dial(
            DialId id,
            PeerId peer,
            NetworkAddress address,
            @Nullable CompletableFuture<PeerInfo> answer) {
        pending.put(id, new Pending(peer, clock.now(), answer));
        underWay = pending.size();
        if (answer != null) {
            dialler.requested(peer);
        }
        metrics.dialled();
        try {
            // Who names an address wants that one.
            var quic = answer == null ? dialler.quicAddresses(peer) : List.<NetworkAddress>of();
            races.dial(id, peer, address, quic);
        } catch (ConnectFailure e) {
            failed(id, e.failure());
        }
    }

    /** Measures how long a connection takes; the dialler hears of it. */
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
        dialler.probeEnded(id, took);
    }

    /** A dial has failed. */
    void failed(DialId id, SetupFailure failure) {
        var dial = pending.remove(id);
        if (dial == null) {
            return;
        }
        underWay = pending.size();
        if (dial.answer() != null) {
            dialler.requestFailed(dial.peer());
        }
        dialler.dialEnded(id, false);
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
        var failure = proven.take(link, pending.get(id));
        if (failure != null) {
            failed(id, failure);
            return;
        }
        pending.remove(id);
        underWay = pending.size();
        dialler.dialEnded(id, true);
    }

    /** There is a connection to the peer: what failed before no longer matters. */
    void succeeded(PeerId peer) {
        lastFailures.remove(peer);
    }
}
