package dev.aptosnet.domain.rollout;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/**
 * One dial of a peer over QUIC and, if need be, over TCP (improvements.md I-16). The first whose
 * peer is proven is the connection, the other is given up before it has proven who we are: so the
 * listener never sees two. Ends with {@link Effect.Won} or {@link Effect.Lost}. Single owner; not
 * thread-safe.
 */
public final class DialRace {
    /**
     * From its start, if there is TCP besides. QUIC that needs longer keeps a dial waiting whose
     * peer is down.
     */
    private static final Duration QUIC_LIMIT = Duration.ofSeconds(5);

    private final PeerId peer;
    private final QuicFailures memory;
    private final EnumMap<Leg, NetworkAddress> addresses = new EnumMap<>(Leg.class);
    private final EnumMap<Leg, State> states = new EnumMap<>(Leg.class);
    private final boolean hadHeadStart;

    /** When TCP starts; {@link MonoTime#NEVER} once it has, or if it never does. */
    private MonoTime tcpAt;

    /** When QUIC is given up. */
    private MonoTime quicUntil;

    private @Nullable SetupFailure quicFailure;
    private @Nullable SetupFailure tcpFailure;
    private boolean over;

    /** A way to the peer. */
    public enum Leg {
        /** Over QUIC. */
        QUIC,
        /** Over TCP. */
        TCP
    }

    private enum State {
        /** Not begun. */
        WAITING,
        /** The transport has not answered. */
        RUNNING,
        /** The same, and was told to give up. */
        CANCELED,
        /** Stood back for the other, when it was about to prove who we are. */
        STOOD_BACK,
        /** Failed. */
        FAILED,
        /** Has had a link. */
        ANSWERED
    }

    /** Why a connection came to be over TCP although QUIC was tried. */
    public sealed interface Fallback {
        /** QUIC failed first. */
        record Failed(SetupFailure why) implements Fallback {}

        /** TCP was there first. Where UDP is blocked silently it looks like this. */
        record Overtaken() implements Fallback {}
    }

    /** What has happened. */
    public sealed interface Event {
        /** A leg has failed, or was canceled. */
        record Failed(Leg leg, SetupFailure why) implements Event {}

        /** A leg has failed since the other had taken the turn to prove who we are. */
        record StoodBack(Leg leg) implements Event {}

        /** A leg has a link. */
        record Proven(Leg leg) implements Event {}

        /** It is {@link #nextDeadline} or later. */
        record TimeReached() implements Event {}

        /** Nobody wants the connection any more. */
        record GivenUp() implements Event {}
    }

    /** What is to be done. */
    public sealed interface Effect {
        /** Dial; to be answered by {@code Failed}, {@code StoodBack} or {@code Proven}. */
        record Dial(Leg leg, NetworkAddress address) implements Effect {}

        /** Give a leg up, which is still to be answered. */
        record Cancel(Leg leg) implements Effect {}

        /** Close the link that was proven just now: it came too late. */
        record Close(Leg leg) implements Effect {}

        /**
         * The link that was proven just now is the connection.
         *
         * @param fallback null if it is over QUIC
         */
        record Won(Leg leg, @Nullable Fallback fallback) implements Effect {}

        /** There is no connection. */
        record Lost(SetupFailure why) implements Effect {}
    }

    /**
     * To be followed by {@link #begin}.
     *
     * @param tcp null if there is no such address; it is not used where the mode is {@code only}
     */
    public DialRace(
            MonoTime now,
            PeerId peer,
            QuicMode mode,
            NetworkAddress quic,
            @Nullable NetworkAddress tcp,
            QuicFailures memory) {
        this.peer = peer;
        this.memory = memory;
        addresses.put(Leg.QUIC, quic);
        states.put(Leg.QUIC, State.WAITING);
        var start = mode.headStart(memory.isFresh(now, peer));
        this.hadHeadStart = start.isEmpty() || start.get().isPositive();
        if (tcp != null && start.isPresent()) {
            addresses.put(Leg.TCP, tcp);
            states.put(Leg.TCP, State.WAITING);
            this.tcpAt = now.plus(start.get());
            this.quicUntil = now.plus(QUIC_LIMIT);
        } else {
            this.tcpAt = MonoTime.NEVER;
            this.quicUntil = MonoTime.NEVER;
        }
    }

    /** Starts QUIC, and TCP too if it does not wait. */
    public List<Effect> begin(MonoTime now) {
        var out = new ArrayList<Effect>();
        dial(Leg.QUIC, out);
        timeReached(now, out);
        return out;
    }

    /** Takes one event. */
    public List<Effect> on(MonoTime now, Event event) {
        var out = new ArrayList<Effect>();
        switch (event) {
            case Event.Failed(var leg, var why) -> failed(now, leg, why, out);
            case Event.StoodBack(var leg) -> stoodBack(leg, out);
            case Event.Proven(var leg) -> proven(now, leg, out);
            case Event.TimeReached _ -> timeReached(now, out);
            case Event.GivenUp _ ->
                    end(
                            new SetupFailure(
                                    SetupFailure.Reason.CANCELED, "the caller gave the dial up"),
                            out);
        }
        return out;
    }

    /** When the machine wants {@link Event.TimeReached}. */
    public MonoTime nextDeadline() {
        return over ? MonoTime.NEVER : MonoTime.earlier(tcpAt, quicUntil);
    }

    /** Whether every leg is answered, so that nothing is to be heard of it any more. */
    public boolean isQuiet() {
        return over && states.values().stream().noneMatch(DialRace::isUnanswered);
    }

    private static boolean isUnanswered(State state) {
        return state == State.RUNNING || state == State.CANCELED;
    }

    private @Nullable State other(Leg leg) {
        return states.get(leg == Leg.QUIC ? Leg.TCP : Leg.QUIC);
    }

    private void dial(Leg leg, List<Effect> out) {
        var address = addresses.get(leg);
        if (address != null) {
            states.put(leg, State.RUNNING);
            out.add(new Effect.Dial(leg, address));
        }
    }

    private void timeReached(MonoTime now, List<Effect> out) {
        if (!over && !now.isBefore(tcpAt)) {
            startTcp(out);
        }
        if (!over && !now.isBefore(quicUntil)) {
            quicUntil = MonoTime.NEVER;
            if (states.get(Leg.QUIC) == State.RUNNING) {
                quicFailure =
                        new SetupFailure(
                                SetupFailure.Reason.TIMEOUT,
                                "not finished in " + QUIC_LIMIT.toMillis() + " ms over QUIC");
                cancel(Leg.QUIC, out);
            }
        }
    }

    private void startTcp(List<Effect> out) {
        tcpAt = MonoTime.NEVER;
        if (states.get(Leg.TCP) == State.WAITING) {
            dial(Leg.TCP, out);
        }
    }

    private void cancel(Leg leg, List<Effect> out) {
        states.put(leg, State.CANCELED);
        out.add(new Effect.Cancel(leg));
    }

    private void failed(MonoTime now, Leg leg, SetupFailure why, List<Effect> out) {
        states.put(leg, State.FAILED);
        if (over) {
            return;
        }
        if (leg == Leg.QUIC) {
            quicFailure = quicFailure == null ? why : quicFailure;
            memory.failed(now, peer);
            startTcp(out);
        } else {
            tcpFailure = why;
        }
        if (other(leg) == State.STOOD_BACK) {
            dial(leg == Leg.QUIC ? Leg.TCP : Leg.QUIC, out);
        }
        endIfAllFailed(out);
    }

    private void stoodBack(Leg leg, List<Effect> out) {
        states.put(leg, State.STOOD_BACK);
        if (!over && other(leg) == State.FAILED) {
            dial(leg, out); // The one it stood back for has come to nothing.
        }
    }

    private void endIfAllFailed(List<Effect> out) {
        if (states.values().stream().anyMatch(state -> state != State.FAILED)) {
            return;
        }
        var overQuic = quicFailure;
        var overTcp = tcpFailure;
        if (overTcp != null) {
            end(
                    new SetupFailure(
                            overTcp.reason(), overTcp.detail() + "; over QUIC " + overQuic),
                    out);
        } else if (overQuic != null) {
            end(overQuic, out);
        }
    }

    private void proven(MonoTime now, Leg leg, List<Effect> out) {
        states.put(leg, State.ANSWERED);
        if (over) {
            out.add(new Effect.Close(leg));
            return;
        }
        over = true;
        if (leg == Leg.QUIC) {
            memory.worked(peer);
            out.add(new Effect.Won(leg, null));
        } else {
            out.add(new Effect.Won(leg, fallback(now)));
        }
        cancelAll(out);
    }

    private Fallback fallback(MonoTime now) {
        var overQuic = quicFailure;
        if (overQuic != null) {
            return new Fallback.Failed(overQuic);
        }
        if (hadHeadStart) {
            // Without one QUIC may have been slower by nothing: the next head start tells.
            memory.failed(now, peer);
        }
        return new Fallback.Overtaken();
    }

    private void end(SetupFailure why, List<Effect> out) {
        if (over) {
            return;
        }
        over = true;
        cancelAll(out);
        out.add(new Effect.Lost(why));
    }

    private void cancelAll(List<Effect> out) {
        for (var leg : Leg.values()) {
            if (states.get(leg) == State.RUNNING) {
                cancel(leg, out);
            }
        }
    }
}
