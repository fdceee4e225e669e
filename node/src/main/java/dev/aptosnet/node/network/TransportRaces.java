package dev.aptosnet.node.network;

import dev.aptosnet.domain.rollout.DialRace;
import dev.aptosnet.domain.rollout.DialRace.Effect;
import dev.aptosnet.domain.rollout.DialRace.Event;
import dev.aptosnet.domain.rollout.DialRace.Fallback;
import dev.aptosnet.domain.rollout.DialRace.Leg;
import dev.aptosnet.domain.rollout.QuicFailures;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Between who orders a dial and the transports: a dial whose peer is in the share of QUIC becomes a
 * race of two, and has one id and one answer all the same. Owned by the loop, unless a method says
 * otherwise.
 */
final class TransportRaces {
    private static final System.Logger LOG = System.getLogger(TransportRaces.class.getName());

    /** Ids of legs; those of dials are elsewhere. */
    private static final long FIRST_LEG = 1L << 61;

    private final PeerId self;
    private final Transports transports;
    private final Clock clock;
    private final NetworkMetrics metrics;
    private final Outcome outcome;
    private final QuicFailures failures = new QuicFailures();

    /** By the dial's id, until its race has ended. */
    private final Map<DialId, Race> races = new HashMap<>();

    /** By the leg's id, until the transport has answered. */
    private final Map<DialId, Run> runs = new HashMap<>();

    private long nextLeg = FIRST_LEG;
    private volatile QuicRollout rollout;

    /** For other threads. */
    private volatile int remembered;

    /** What comes of a dial, once, on the loop. */
    interface Outcome {
        /** A dial succeeded. */
        void dialed(DialId id, Link link);

        /** A dial failed, or was canceled. */
        void dialFailed(DialId id, SetupFailure why);
    }

    /** One race. */
    private static final class Race {
        private final DialId id;
        private final PeerId peer;
        private final DialRace machine;
        private final Map<Leg, Run> running = new EnumMap<>(Leg.class);

        /** Which leg may prove who we are; asked and taken on any thread. */
        private final AtomicReference<@Nullable DialId> turn = new AtomicReference<>();

        Race(DialId id, PeerId peer, DialRace machine) {
            this.id = id;
            this.peer = peer;
            this.machine = machine;
        }

        RaceTicket turnOf(DialId leg) {
            return () -> turn.compareAndSet(null, leg) || leg.equals(turn.get());
        }
    }

    /** One dial of a leg under way. */
    private record Run(Race race, Leg leg, DialId id, NetworkAddress address) {}

    TransportRaces(
            PeerId self,
            QuicRollout rollout,
            Transports transports,
            Clock clock,
            NetworkMetrics metrics,
            Outcome outcome) {
        this.self = self;
        this.rollout = rollout;
        this.transports = transports;
        this.clock = clock;
        this.metrics = metrics;
        this.outcome = outcome;
    }

    /** From the next dial on; connections stay as they are. Any thread. */
    void rollout(QuicRollout next) {
        rollout = next;
    }

    /** How many peers are remembered as out of QUIC's reach. Any thread. */
    int rememberedFailures() {
        return remembered;
    }

    /** Whether a socket may be opened for an address. */
    boolean allows(NetworkAddress address) {
        return !address.isQuic() || rollout.isOn();
    }

    /**
     * Dials; to be answered by {@link #dialed} or {@link #dialFailed} of the outcome.
     *
     * @param address over QUIC only if it has to be
     * @param quic where the peer may be reached over QUIC besides
     * @throws ConnectFailure if nobody can dial there
     */
    void dial(DialId id, PeerId peer, NetworkAddress address, List<NetworkAddress> quic) {
        var now = rollout;
        if (!allows(address)) {
            throw new ConnectFailure(
                    new SetupFailure(
                            SetupFailure.Reason.BAD_ADDRESS,
                            address
                                    + ": QUIC is off (transports.quic.mode and"
                                    + " transports.quic.rollout_percent)"));
        }
        if (address.isQuic() || quic.isEmpty() || !now.includes(self, peer)) {
            transports.dial(id, peer, address, RaceTicket.FREE);
            return;
        }
        // Ids count up, so that of several addresses each has its turn.
        var overQuic = quic.get((int) Long.remainderUnsigned(id.number(), quic.size()));
        var machine = new DialRace(clock.now(), peer, now.mode(), overQuic, address, failures);
        var race = new Race(id, peer, machine);
        races.put(id, race);
        carryOut(race, machine.begin(clock.now()), null);
    }

    /** Gives a dial up, which is still answered. */
    void cancel(DialId id, NetworkAddress address) {
        var race = races.get(id);
        if (race != null) {
            on(race, new Event.GivenUp(), null);
        } else {
            transports.cancel(id, address);
        }
    }

    /** A transport has a link. */
    void dialed(DialId id, Link link) {
        var run = runs.remove(id);
        if (run == null) {
            outcome.dialed(id, link);
            return;
        }
        run.race().running.remove(run.leg());
        on(run.race(), new Event.Proven(run.leg()), link);
    }

    /** A transport has none. */
    void dialFailed(DialId id, SetupFailure why) {
        var run = runs.remove(id);
        if (run == null) {
            outcome.dialFailed(id, why);
        } else {
            failed(run, why);
        }
    }

    private void failed(Run run, SetupFailure why) {
        var race = run.race();
        race.running.remove(run.leg());
        race.turn.compareAndSet(run.id(), null);
        on(
                race,
                why.equals(RaceTicket.NOT_OURS)
                        ? new Event.StoodBack(run.leg())
                        : new Event.Failed(run.leg(), why),
                null);
    }

    MonoTime nextDeadline() {
        var next = MonoTime.NEVER;
        for (var race : races.values()) {
            next = MonoTime.earlier(next, race.machine.nextDeadline());
        }
        return next;
    }

    /** Does what is due. */
    void onTime() {
        var now = clock.now();
        for (var race : List.copyOf(races.values())) {
            if (!now.isBefore(race.machine.nextDeadline())) {
                on(race, new Event.TimeReached(), null);
            }
        }
    }

    private void on(Race race, Event event, @Nullable Link link) {
        var effects = race.machine.on(clock.now(), event);
        remembered = failures.size();
        carryOut(race, effects, link);
    }

    /**
     * @param link what the event brought
     */
    private void carryOut(Race race, List<Effect> effects, @Nullable Link link) {
        for (var effect : effects) {
            switch (effect) {
                case Effect.Dial(var leg, var address) -> dial(race, leg, address);
                case Effect.Cancel(var leg) -> {
                    var run = race.running.get(leg);
                    if (run != null) {
                        transports.cancel(run.id(), run.address());
                    }
                }
                case Effect.Close _ -> {
                    if (link != null) {
                        link.close(
                                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                RaceTicket.NOT_OURS.detail());
                    }
                }
                case Effect.Won(var leg, var fallback) -> {
                    races.remove(race.id);
                    metrics.raceEnded(label(leg));
                    if (fallback != null) {
                        fellBack(race, fallback);
                    }
                    if (link != null) {
                        outcome.dialed(race.id, link);
                    }
                }
                case Effect.Lost(var why) -> {
                    races.remove(race.id);
                    metrics.raceEnded("none");
                    outcome.dialFailed(race.id, why);
                }
            }
        }
    }

    private void dial(Race race, Leg leg, NetworkAddress address) {
        var run = new Run(race, leg, new DialId(nextLeg++), address);
        race.running.put(leg, run);
        runs.put(run.id(), run);
        try {
            transports.dial(run.id(), race.peer, address, race.turnOf(run.id()));
        } catch (ConnectFailure e) {
            runs.remove(run.id());
            failed(run, e.failure());
        }
    }

    private void fellBack(Race race, Fallback fallback) {
        var reason =
                switch (fallback) {
                    case Fallback.Failed(var why) -> label(why.reason());
                    case Fallback.Overtaken _ -> "overtaken";
                };
        metrics.fellBack(reason);
        LOG.log(
                System.Logger.Level.DEBUG,
                "peer {0} is connected over TCP: {1}",
                race.peer.shortText(),
                fallback);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
