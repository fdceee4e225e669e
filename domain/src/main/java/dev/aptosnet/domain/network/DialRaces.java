package dev.aptosnet.domain.network;

import dev.aptosnet.domain.rollout.DialRace;
import dev.aptosnet.domain.rollout.DialRace.Effect;
import dev.aptosnet.domain.rollout.DialRace.Event;
import dev.aptosnet.domain.rollout.DialRace.Leg;
import dev.aptosnet.domain.rollout.QuicFailures;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Dials over one transport or over two at once: a dial whose peer is in the share of QUIC becomes a
 * race of two legs, and has one id and one answer all the same. Single owner.
 */
final class DialRaces {
    /** Ids of legs; those of dials are below, those of the application above. */
    private static final long FIRST_LEG = 1L << 61;

    private static final SetupFailure NOT_OURS = RaceTicket.NOT_OURS;

    private final PeerId self;
    private final Outcome outcome;
    private final QuicFailures failures = new QuicFailures();

    /** By the dial's id, until its race has ended. */
    private final Map<DialId, Race> races = new LinkedHashMap<>();

    /** By the leg's id, until the transport has answered. */
    private final Map<DialId, RunningLeg> legs = new LinkedHashMap<>();

    /** The addresses of dials without a race, until the transport has answered. */
    private final Map<DialId, NetworkAddress> plain = new LinkedHashMap<>();

    private long nextLeg = FIRST_LEG;
    private QuicRollout rollout;

    /** Takes what comes of a dial, once. */
    interface Outcome {
        /** A dial succeeded. */
        void dialed(MonoTime now, DialId dial, ProvenLink link);

        /** A dial failed, or was canceled. */
        void dialFailed(MonoTime now, DialId dial, SetupFailure why);

        /** An effect is ordered. */
        void order(NetworkEffect effect);
    }

    private record Race(DialId id, PeerId peer, DialRace machine, Map<Leg, RunningLeg> running) {}

    private record RunningLeg(Race race, Leg leg, DialId id, NetworkAddress address) {}

    DialRaces(PeerId self, QuicRollout rollout, Outcome outcome) {
        this.self = self;
        this.rollout = rollout;
        this.outcome = outcome;
    }

    /** From the next dial on. */
    void rollout(QuicRollout next) {
        rollout = next;
    }

    /** How many peers are remembered as out of QUIC's reach. */
    int rememberedFailures() {
        return failures.size();
    }

    /** Whether a socket may be opened for an address. */
    boolean allows(NetworkAddress address) {
        return !address.isQuic() || rollout.isOn();
    }

    /**
     * Dials.
     *
     * @param address over QUIC only if it has to be
     * @param quic where the peer may be reached over QUIC besides
     */
    void dial(
            MonoTime now,
            DialId id,
            PeerId peer,
            NetworkAddress address,
            List<NetworkAddress> quic) {
        if (!allows(address)) {
            outcome.dialFailed(
                    now,
                    id,
                    new SetupFailure(
                            SetupFailure.Reason.BAD_ADDRESS,
                            address
                                    + ": QUIC is off (transports.quic.mode and"
                                    + " transports.quic.rollout_percent)"));
            return;
        }
        if (address.isQuic() || quic.isEmpty() || !rollout.includes(self, peer)) {
            plain.put(id, address);
            outcome.order(new NetworkEffect.Dial(id, peer, address, null));
            return;
        }
        // Ids count up, so that of several addresses each has its turn.
        var overQuic = quic.get((int) Long.remainderUnsigned(id.number(), quic.size()));
        var machine = new DialRace(now, peer, rollout.mode(), overQuic, address, failures);
        var race = new Race(id, peer, machine, new EnumMap<>(Leg.class));
        races.put(id, race);
        carryOut(now, race, machine.begin(now), null);
    }

    /** Gives a dial up, which is still answered. */
    void cancel(MonoTime now, DialId id) {
        var race = races.get(id);
        if (race != null) {
            carryOut(now, race, race.machine.on(now, new Event.GivenUp()), null);
            return;
        }
        var address = plain.get(id);
        if (address != null) {
            outcome.order(new NetworkEffect.CancelDial(id, address));
        }
    }

    /** A transport has a link. */
    void dialed(MonoTime now, DialId id, ProvenLink link) {
        plain.remove(id);
        var leg = legs.remove(id);
        if (leg == null) {
            outcome.dialed(now, id, link);
            return;
        }
        leg.race.running.remove(leg.leg);
        carryOut(now, leg.race, leg.race.machine.on(now, new Event.Proven(leg.leg)), link);
    }

    /** A transport has none. */
    void failed(MonoTime now, DialId id, SetupFailure why) {
        plain.remove(id);
        var leg = legs.remove(id);
        if (leg == null) {
            outcome.dialFailed(now, id, why);
            return;
        }
        leg.race.running.remove(leg.leg);
        var event =
                why.equals(NOT_OURS)
                        ? new Event.StoodBack(leg.leg)
                        : new Event.Failed(leg.leg, why);
        carryOut(now, leg.race, leg.race.machine.on(now, event), null);
    }

    MonoTime nextDeadline() {
        var next = MonoTime.NEVER;
        for (var race : races.values()) {
            next = MonoTime.earlier(next, race.machine.nextDeadline());
        }
        return next;
    }

    /** Does what is due. */
    void timeReached(MonoTime now) {
        for (var race : List.copyOf(races.values())) {
            if (!now.isBefore(race.machine.nextDeadline())) {
                carryOut(now, race, race.machine.on(now, new Event.TimeReached()), null);
            }
        }
    }

    /**
     * @param link what the event brought
     */
    private void carryOut(
            MonoTime now, Race race, List<Effect> effects, @Nullable ProvenLink link) {
        for (var effect : effects) {
            switch (effect) {
                case Effect.Dial(var leg, var address) -> {
                    var id = new DialId(nextLeg++);
                    var running = new RunningLeg(race, leg, id, address);
                    race.running.put(leg, running);
                    legs.put(id, running);
                    outcome.order(new NetworkEffect.Dial(id, race.peer, address, race.id));
                }
                case Effect.Cancel(var leg) -> {
                    var running = race.running.get(leg);
                    if (running != null) {
                        outcome.order(new NetworkEffect.CancelDial(running.id, running.address));
                    }
                }
                case Effect.Close _ -> {
                    if (link != null) {
                        outcome.order(new NetworkEffect.Refuse(link, NOT_OURS, null));
                    }
                }
                case Effect.Won(var leg, var fallback) -> {
                    races.remove(race.id);
                    outcome.order(new NetworkEffect.RaceEnded(race.id, race.peer, leg, fallback));
                    if (link != null) {
                        outcome.dialed(now, race.id, link);
                    }
                }
                case Effect.Lost(var why) -> {
                    races.remove(race.id);
                    outcome.order(new NetworkEffect.RaceEnded(race.id, race.peer, null, null));
                    outcome.dialFailed(now, race.id, why);
                }
            }
        }
    }
}
