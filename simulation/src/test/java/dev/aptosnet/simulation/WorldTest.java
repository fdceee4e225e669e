package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;

class WorldTest {
    private static final EventKind KIND = EventKind.SCRIPT;

    private final World world = new World(1);
    private final ArrayList<String> happened = new ArrayList<>();

    private Runnable note(String what) {
        return () -> happened.add(what + " at " + world.now().nanos());
    }

    @Test
    void eventsComeByTimeAndThenInTheOrderOfTheirMaking() {
        world.in(20, KIND, 0, 0, note("late"));
        world.in(10, KIND, 0, 0, note("first"));
        world.in(10, KIND, 0, 0, note("second"));

        world.runUntil(new MonoTime(100));

        assertThat(happened).containsExactly("first at 10", "second at 10", "late at 20");
        assertThat(world.now()).isEqualTo(new MonoTime(100));
    }

    @Test
    void canceledEventDoesNotHappenAndLeavesNoTrace() {
        world.in(10, KIND, 0, 0, note("canceled")).cancel();
        world.run(Duration.ofSeconds(1));

        assertThat(happened).isEmpty();
        assertThat(world.trace().events()).isZero();
    }

    @Test
    void timeThatIsOverMeansNow() {
        world.run(Duration.ofSeconds(1));
        world.at(new MonoTime(5), KIND, 0, 0, note("now"));
        world.run(Duration.ofSeconds(1));

        assertThat(happened).containsExactly("now at 1000000000");
    }

    @Test
    void runningStopsAsSoonAsTheConditionHolds() {
        for (var i = 1; i <= 5; i++) {
            world.in(i, KIND, 0, 0, note("event"));
        }

        var holds = world.runUntil(new MonoTime(100), () -> happened.size() == 3);

        assertThat(holds).isTrue();
        assertThat(world.now()).isEqualTo(new MonoTime(3));
    }

    @Test
    void hashIsTheSameOnEveryMachine() {
        var random = new World(42).newRandom();
        var trace = new Trace(42);
        for (var i = 0; i < 100; i++) {
            trace.add(random.nextLong(), EventKind.ARRIVAL, i, random.nextInt());
        }

        assertThat(Long.toHexString(trace.hash())).isEqualTo("e2de6e31f2ad873a");
    }

    @Test
    void hashTellsEveryPartOfAnEvent() {
        var hashes =
                new long[] {
                    hashOf(1, EventKind.WAKE, 2, 3),
                    hashOf(9, EventKind.WAKE, 2, 3),
                    hashOf(1, EventKind.TIMER, 2, 3),
                    hashOf(1, EventKind.WAKE, 9, 3),
                    hashOf(1, EventKind.WAKE, 2, 9)
                };

        assertThat(hashes).doesNotHaveDuplicates();
    }

    private static long hashOf(long time, EventKind kind, int host, long subject) {
        var trace = new Trace(0);
        trace.add(time, kind, host, subject);
        return trace.hash();
    }

    @Test
    void lastLinesAreTheLastEvents() {
        for (var i = 0; i < 1_000; i++) {
            world.in(i, KIND, i, 0, () -> {});
        }
        world.run(Duration.ofSeconds(1));

        var lines = world.trace().lastLines();

        assertThat(lines).hasSize(64);
        assertThat(lines.getLast()).contains("host 999");
    }
}
