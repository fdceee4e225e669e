package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.RoundTrip;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.HealthSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Pings every connected peer in turn and tells when one has fallen silent (behaviour.md section 13,
 * wire.md section 11, improvements.md I-06). Single owner; not thread-safe.
 *
 * <p>Unlike aptos-core, which compares lists at each tick, it hears of peers that come and go: a
 * new connection is pinged at once, and a peer that left and came back starts afresh.
 */
public final class HealthChecker {
    private final HealthSettings settings;
    private final RandomGenerator random;

    /** In the order of their next pings: all have the same interval, and a pinged one goes last. */
    private final LinkedHashMap<PeerId, Watched> watched = new LinkedHashMap<>();

    private long nextNumber = 1;

    /** Failures of pings before this one fell into a pause of our own and say nothing. */
    private long firstInexcusable;

    /**
     * @param random a seeded generator, for the nonces
     */
    public HealthChecker(HealthSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    private static final class Watched {
        private final ConnectionId connection;
        private MonoTime pingAt;

        /** The newest ping that was answered, or the last one before the connection was there. */
        private long answered;

        private int failures;
        private @Nullable RoundTrip roundTrip;

        Watched(ConnectionId connection, MonoTime pingAt, long answered) {
            this.connection = connection;
            this.pingAt = pingAt;
            this.answered = answered;
        }
    }

    /**
     * What has happened. Each {@link Effect.Ping} is answered by at most one of {@link Ponged} and
     * {@link PingFailed}; by none if the ping says nothing of the peer, as when we did not send it
     * or the connection ended first.
     */
    public sealed interface Event {
        /**
         * A connection that speaks the protocol is there, the peer's first or in another's place.
         */
        record Connected(PeerId peer, ConnectionId connection) implements Event {}

        /** A connection is gone. */
        record Lost(PeerId peer, ConnectionId connection) implements Event {}

        /** A ping was answered, with some nonce, so long after it was sent. */
        record Ponged(Effect.Ping ping, int nonce, Duration roundTrip) implements Event {}

        /** A ping was not answered in time, or with nonsense. */
        record PingFailed(Effect.Ping ping) implements Event {}

        /** The peer pinged us. */
        record Pinged(PeerId peer) implements Event {}

        /** It is {@link #nextDeadline}. */
        record TimeReached() implements Event {}
    }

    /** What is to be done, or to be known. */
    public sealed interface Effect {
        /**
         * Send a ping.
         *
         * @param number increasing from 1
         * @param nonce unsigned
         * @param timeout how long to wait for the answer, {@link #turn} included
         */
        record Ping(PeerId peer, ConnectionId connection, long number, int nonce, Duration timeout)
                implements Effect {
            /**
             * The last part of the time, in which the connection's owner reads what has arrived. It
             * begins again if the owner comes late to it: an answer that waits in a socket is no
             * silence.
             */
            public Duration turn() {
                return timeout.dividedBy(20);
            }

            /** What comes before that. */
            public Duration beforeTurn() {
                return timeout.minus(turn());
            }
        }

        /** End the connection: so many pings in a row were not answered. */
        record Disconnect(PeerId peer, ConnectionId connection, int failures) implements Effect {}

        /** The peer's round trip was measured. */
        record Measured(PeerId peer, RoundTrip roundTrip) implements Effect {}

        /** So many pings in a row were not answered, and the connection stays. */
        record Suspected(PeerId peer, int failures) implements Effect {}

        /** A suspected peer was heard of again. */
        record Recovered(PeerId peer) implements Effect {}

        /** The answer was to something that we did not ask. */
        record WrongNonce(PeerId peer) implements Effect {}

        /** We were so late that nobody is blamed for the pings under way. */
        record WasLate(Duration by) implements Effect {}
    }

    /** Takes one event. */
    public List<Effect> on(MonoTime now, Event event) {
        var out = new ArrayList<Effect>(2);
        forgiveIfLate(now, out);
        switch (event) {
            case Event.Connected(var peer, var connection) -> connected(now, peer, connection, out);
            case Event.Lost(var peer, var connection) -> {
                if (find(peer, connection) != null) {
                    watched.remove(peer);
                }
            }
            case Event.Ponged(var ping, var nonce, var roundTrip) ->
                    ponged(ping, nonce, roundTrip, out);
            case Event.PingFailed(var ping) -> failed(ping, out);
            case Event.Pinged(var peer) -> {
                var known = watched.get(peer);
                if (known != null) {
                    heard(peer, known, out);
                }
            }
            case Event.TimeReached _ -> pingDue(now, out);
        }
        return out;
    }

    /** When to be called next; {@link MonoTime#NEVER} without peers. */
    public MonoTime nextDeadline() {
        return watched.isEmpty() ? MonoTime.NEVER : watched.firstEntry().getValue().pingAt;
    }

    /** Whom it watches, those that are pinged next first. */
    public List<PeerId> peers() {
        return List.copyOf(watched.sequencedKeySet());
    }

    /** How many of the peer's pings in a row failed; 0 for one that is not watched. */
    public int failures(PeerId peer) {
        var known = watched.get(peer);
        return known == null ? 0 : known.failures;
    }

    /** How far away the peer is; empty before its first answer. */
    public Optional<RoundTrip> roundTrip(PeerId peer) {
        var known = watched.get(peer);
        return known == null ? Optional.empty() : Optional.ofNullable(known.roundTrip);
    }

    /**
     * A process that did not run for a while finds every ping of that time overdue, whether or not
     * the answers wait in its sockets. That is no evidence against anybody.
     */
    private void forgiveIfLate(MonoTime now, List<Effect> out) {
        var late = now.nanosSince(nextDeadline());
        if (settings.adaptive()
                && late > settings.interval().toNanos() / 2
                && firstInexcusable < nextNumber) {
            firstInexcusable = nextNumber;
            out.add(new Effect.WasLate(Duration.ofNanos(late)));
        }
    }

    private void connected(MonoTime now, PeerId peer, ConnectionId connection, List<Effect> out) {
        watched.remove(peer);
        ping(now, peer, new Watched(connection, now, nextNumber - 1), out);
    }

    private void pingDue(MonoTime now, List<Effect> out) {
        while (!now.isBefore(nextDeadline())) {
            var first = watched.pollFirstEntry();
            ping(now, first.getKey(), first.getValue(), out);
        }
    }

    private void ping(MonoTime now, PeerId peer, Watched to, List<Effect> out) {
        out.add(
                new Effect.Ping(
                        peer, to.connection, nextNumber++, random.nextInt(), timeoutFor(to)));
        to.pingAt = now.plus(settings.interval());
        watched.putLast(peer, to);
    }

    private Duration timeoutFor(Watched to) {
        var longest = settings.timeout();
        var known = to.roundTrip;
        if (!settings.adaptive() || known == null) {
            return longest;
        }
        var shortest = longest.dividedBy(2);
        var patient = known.smoothed().multipliedBy(2).plus(known.deviation().multipliedBy(4));
        return patient.compareTo(shortest) < 0
                ? shortest
                : patient.compareTo(longest) > 0 ? longest : patient;
    }

    private void ponged(Effect.Ping ping, int nonce, Duration took, List<Effect> out) {
        var from = find(ping.peer(), ping.connection());
        if (from == null) {
            return;
        }
        if (nonce != ping.nonce()) {
            out.add(new Effect.WrongNonce(ping.peer()));
            return;
        }
        var before = from.roundTrip;
        var after = before == null ? RoundTrip.first(took) : before.and(took);
        from.roundTrip = after;
        out.add(new Effect.Measured(ping.peer(), after));
        if (ping.number() > from.answered) {
            from.answered = ping.number();
            heard(ping.peer(), from, out);
        }
    }

    private static void heard(PeerId peer, Watched from, List<Effect> out) {
        if (from.failures > 0) {
            from.failures = 0;
            out.add(new Effect.Recovered(peer));
        }
    }

    private void failed(Effect.Ping ping, List<Effect> out) {
        var by = find(ping.peer(), ping.connection());
        if (by == null || ping.number() < by.answered || ping.number() < firstInexcusable) {
            return;
        }
        by.failures++;
        if (by.failures > settings.failuresTolerated() && settings.disconnect()) {
            watched.remove(ping.peer());
            out.add(new Effect.Disconnect(ping.peer(), by.connection, by.failures));
        } else {
            out.add(new Effect.Suspected(ping.peer(), by.failures));
        }
    }

    /** What is known of the peer, if the connection is still its current one. */
    private @Nullable Watched find(PeerId peer, ConnectionId connection) {
        var known = watched.get(peer);
        return known == null || !known.connection.equals(connection) ? null : known;
    }
}
