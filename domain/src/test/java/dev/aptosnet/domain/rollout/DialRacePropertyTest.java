package dev.aptosnet.domain.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.rollout.DialRace.Effect;
import dev.aptosnet.domain.rollout.DialRace.Event;
import dev.aptosnet.domain.rollout.DialRace.Leg;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Races in virtual time, over legs that fail, are silent, or succeed after any time, and hear of a
 * cancellation late. A leg asks for the turn to prove who we are as a transport does.
 */
class DialRacePropertyTest {
    private static final long MILLI = 1_000_000;
    private static final PeerId PEER = PeerId.parse("0x77");
    private static final NetworkAddress QUIC = NetworkAddress.parse("/ip4/10.0.0.1/quic/1");
    private static final NetworkAddress TCP = NetworkAddress.parse("/ip4/10.0.0.1/tcp/1");
    private static final long UPGRADE_TIMEOUT = 30_000 * MILLI;

    /** What becomes of one dial of a leg. */
    private record Fate(long asksAfter, long answersAfter, boolean succeeds, boolean failsEarly) {
        static Fate of(SplittableRandom random) {
            var silent = random.nextInt(4) == 0;
            var asks = random.nextLong(silent ? UPGRADE_TIMEOUT : 900 * MILLI);
            return silent
                    ? new Fate(UPGRADE_TIMEOUT, UPGRADE_TIMEOUT, false, true)
                    : new Fate(
                            asks,
                            asks + random.nextLong(400 * MILLI),
                            random.nextInt(4) > 0,
                            random.nextInt(4) == 0);
        }
    }

    /** One dial of a leg under way. */
    private static final class Attempt {
        final Leg leg;
        boolean answered;

        Attempt(Leg leg) {
            this.leg = leg;
        }
    }

    private record Task(long at, int order, Runnable what) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return at != other.at ? Long.compare(at, other.at) : order - other.order;
        }
    }

    private static final class World {
        final SplittableRandom random;
        final DialRace race;
        final PriorityQueue<Task> tasks = new PriorityQueue<>();
        final EnumMap<Leg, Attempt> running = new EnumMap<>(Leg.class);
        final List<Effect> ends = new ArrayList<>();
        long now;
        int order;
        int links;
        int closedLinks;
        long tcpFirstDialed = -1;
        @Nullable Leg turn;

        /** Attempts that proved us, and have not failed since: what a listener may see as ours. */
        final List<Attempt> seenByListener = new ArrayList<>();

        World(SplittableRandom random, QuicMode mode, boolean failedBefore) {
            this.random = random;
            var memory = new QuicFailures();
            if (failedBefore) {
                memory.failed(new MonoTime(0), PEER);
            }
            this.race = new DialRace(new MonoTime(0), PEER, mode, QUIC, TCP, memory);
            carryOut(race.begin(new MonoTime(0)), null);
        }

        void later(long after, Runnable what) {
            tasks.add(new Task(now + after, order++, what));
        }

        void run() {
            while (true) {
                var deadline = race.nextDeadline().nanos();
                var first = tasks.peek();
                if (first == null && deadline == Long.MAX_VALUE) {
                    return;
                }
                if (first == null || deadline < first.at()) {
                    now = Math.max(now, deadline);
                    on(new Event.TimeReached(), null);
                } else {
                    tasks.remove();
                    now = first.at();
                    first.what().run();
                }
            }
        }

        void on(Event event, @Nullable Attempt from) {
            carryOut(race.on(new MonoTime(now), event), from);
        }

        void carryOut(List<Effect> effects, @Nullable Attempt from) {
            for (var effect : effects) {
                switch (effect) {
                    case Effect.Dial(var leg, _) -> dial(leg);
                    case Effect.Cancel(var leg) -> {
                        var attempt = running.get(leg);
                        if (attempt == null) {
                            throw new AssertionError("nothing to cancel: " + leg);
                        }
                        later(random.nextLong(20 * MILLI), () -> answer(attempt, false));
                    }
                    case Effect.Close _ -> {
                        closedLinks++;
                        seenByListener.remove(from);
                    }
                    case Effect.Won _, Effect.Lost _ -> ends.add(effect);
                }
            }
        }

        void dial(Leg leg) {
            assertThat(running.get(leg)).as("a leg is dialed once at a time").isNull();
            if (leg == Leg.TCP && tcpFirstDialed < 0) {
                tcpFirstDialed = now;
            }
            var attempt = new Attempt(leg);
            running.put(leg, attempt);
            var fate = Fate.of(random);
            if (fate.failsEarly()) {
                later(fate.asksAfter(), () -> answer(attempt, false));
                return;
            }
            later(fate.asksAfter(), () -> ask(attempt));
            later(fate.answersAfter(), () -> answer(attempt, fate.succeeds()));
        }

        void ask(Attempt attempt) {
            if (attempt.answered) {
                return;
            }
            if (turn != null && turn != attempt.leg) {
                attempt.answered = true;
                running.remove(attempt.leg);
                on(new Event.StoodBack(attempt.leg), attempt);
                return;
            }
            turn = attempt.leg;
            seenByListener.add(attempt);
            assertThat(seenByListener).as("what a listener sees at once").hasSize(1);
        }

        void answer(Attempt attempt, boolean succeeded) {
            if (attempt.answered) {
                return;
            }
            attempt.answered = true;
            running.remove(attempt.leg);
            if (succeeded) {
                links++;
                on(new Event.Proven(attempt.leg), attempt);
                return;
            }
            seenByListener.remove(attempt);
            if (turn == attempt.leg) {
                turn = null;
            }
            var why = new SetupFailure(SetupFailure.Reason.CONNECT_FAILED, "fate");
            on(new Event.Failed(attempt.leg, why), attempt);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyRaceEndsOnceWithOneLinkOrNone(long seed) {
        var seeds = new SplittableRandom(seed);
        QuicMode[] modes = {QuicMode.RACE, QuicMode.PREFER, QuicMode.ONLY};
        for (var i = 0; i < 5_000; i++) {
            var one = seeds.nextLong();
            var random = new SplittableRandom(one);
            var mode = modes[random.nextInt(modes.length)];
            var world = new World(random, mode, random.nextBoolean());
            world.run();
            var said = "mode " + mode + ", seed " + one;
            assertThat(world.ends).as(said).hasSize(1);
            assertThat(world.race.isQuiet()).as(said).isTrue();
            assertThat(world.running).as(said).isEmpty();
            var won = world.ends.getFirst() instanceof Effect.Won ? 1 : 0;
            assertThat(world.links - world.closedLinks).as(said).isEqualTo(won);
            assertThat(world.seenByListener).as(said).hasSize(won);
            if (mode == QuicMode.ONLY) {
                assertThat(world.tcpFirstDialed).as(said).isEqualTo(-1);
            } else if (world.ends.getFirst() instanceof Effect.Won(var leg, _) && leg == Leg.TCP) {
                assertThat(world.tcpFirstDialed).as(said).isBetween(0L, 500 * MILLI);
            }
        }
    }
}
