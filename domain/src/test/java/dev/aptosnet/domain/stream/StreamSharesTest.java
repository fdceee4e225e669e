package dev.aptosnet.domain.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

class StreamSharesTest {
    private static final long LIMIT = 1200;

    private final Node node = new Node(2000);
    private final StreamShares shares = new StreamShares(LIMIT, node);
    private final List<String> told = new ArrayList<>();

    /** What the node has for everything. */
    private static final class Node implements StreamShares.NodeMemory {
        private final long limit;
        private long used;

        private Node(long limit) {
            this.limit = limit;
        }

        @Override
        public boolean take(long bytes, long owed) {
            if (used + bytes - owed > limit) {
                return false;
            }
            used += bytes;
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            used -= bytes;
        }
    }

    private StreamShares.Share join(String name) {
        return shares.join(() -> told.add(name));
    }

    private static int takeAll(StreamShares.Share share, int piece) {
        var taken = 0;
        while (share.take(piece)) {
            taken += piece;
        }
        return taken;
    }

    @Test
    void whileThereIsEnoughOneTakesAll() {
        var one = join("one");
        assertThat(takeAll(one, 100)).isEqualTo(1200);
        assertThat(shares.used()).isEqualTo(1200);
        assertThat(node.used).isEqualTo(1200);
        assertThat(told).isEmpty();
    }

    @Test
    void whoHoldsMoreThanAnEqualPartGivesBackWhatAnotherNeedsAtOnce() {
        var hoarder = join("hoarder");
        takeAll(hoarder, 100);
        var other = join("other");
        assertThat(other.take(100)).isTrue();
        assertThat(told).containsExactly("hoarder");
        assertThat(hoarder.isOwing()).isTrue();
        assertThat(hoarder.take(1)).isFalse();

        // All that is owed counts as free already.
        assertThat(takeAll(other, 100)).isEqualTo(500);
        assertThat(other.held()).isEqualTo(600);
        assertThat(shares.used()).isEqualTo(1800);
        hoarder.giveBack(500);
        assertThat(hoarder.isOwing()).isTrue();
        hoarder.giveBack(100);
        assertThat(hoarder.isOwing()).isFalse();
        assertThat(shares.used()).isEqualTo(1200);
        assertThat(told).containsExactly("hoarder");
        assertThat(other.take(1)).isFalse();
        assertThat(hoarder.take(1)).isFalse();
    }

    @Test
    void thoseThatHoldTheMostOweFirstAndNobodyOwesBelowAnEqualPart() {
        var most = join("most");
        var some = join("some");
        var little = join("little");
        for (var i = 0; i < 7; i++) {
            most.take(100);
        }
        for (var i = 0; i < 4; i++) {
            some.take(100);
        }
        little.take(100);
        assertThat(shares.used()).isEqualTo(1200);

        var other = join("other");
        assertThat(other.take(100)).isTrue();
        assertThat(told).containsExactly("most");
        assertThat(takeAll(other, 100)).isEqualTo(200);
        assertThat(other.held()).isEqualTo(300);
        assertThat(takeAll(little, 100)).isEqualTo(200);
        assertThat(told).containsExactly("most", "some");
        most.giveBack(400);
        some.giveBack(100);
        assertThat(shares.used()).isEqualTo(1200);
        assertThat(List.of(most.isOwing(), some.isOwing())).containsOnly(false);
    }

    @Test
    void nodeThatIsFullOfOtherThingsRefuses() {
        node.used = 2000;
        assertThat(join("one").take(1)).isFalse();
        assertThat(shares.holders()).isZero();
        assertThat(shares.used()).isZero();
    }

    @Test
    void nodeThatIsFullOfOtherThingsTooTakesFromThoseThatHoldTheMost() {
        var hoarder = join("hoarder");
        takeAll(hoarder, 100);
        hoarder.giveBack(100);
        node.used = 2000;
        var other = join("other");
        assertThat(other.take(100)).isTrue();
        assertThat(told).containsExactly("hoarder");
        hoarder.giveBack(500);
        assertThat(node.used).isEqualTo(1600);
    }

    @Test
    void whateverHappensTheSumsAgreeAndEqualPartsAreNeverRefused() {
        var seed = 20_261_123L;
        var random = new SplittableRandom(seed);
        var all = new ArrayList<StreamShares.Share>();
        for (var i = 0; i < 20; i++) {
            all.add(join("share " + i));
        }
        for (var i = 0; i < 200_000; i++) {
            var share = all.get(random.nextInt(all.size()));
            var bytes = 1 + random.nextInt(60);
            if (random.nextInt(3) > 0) {
                var holders = shares.holders() + (share.held() == 0 ? 1 : 0);
                var isFair = share.held() + bytes <= LIMIT / holders;
                var owed = share.isOwing();
                var taken = share.take(bytes);
                if (isFair && !owed && !taken) {
                    throw new AssertionError("seed " + seed + ", step " + i);
                }
            } else {
                // Those that owe give back in time, here before anybody goes on.
                share.giveBack(Math.min(bytes, share.held()));
            }
            for (var each : all) {
                while (each.isOwing()) {
                    each.giveBack(Math.min(7, each.held()));
                }
            }
            var held = all.stream().mapToLong(StreamShares.Share::held).sum();
            if (held != shares.used() || held != node.used || held > LIMIT) {
                throw new AssertionError("seed " + seed + ", step " + i + ": " + held);
            }
        }
        all.forEach(share -> share.giveBack(share.held()));
        assertThat(shares.used()).isZero();
        assertThat(shares.holders()).isZero();
    }

    @Test
    void untilOwnersNoticeAtMostTwiceTheLimitIsHeld() {
        var seed = 4L;
        var random = new SplittableRandom(seed);
        var all = new ArrayList<StreamShares.Share>();
        var ample = new StreamShares(LIMIT, new Node(10 * LIMIT));
        var most = 0L;
        for (var i = 0; i < 50; i++) {
            var share = ample.join(() -> {});
            all.add(share);
            takeAll(share, 1 + random.nextInt(20));
            most = Math.max(most, ample.used());
        }
        assertThat(most).as("seed %d", seed).isBetween(LIMIT + 1, 2 * LIMIT);
        for (var share : all) {
            while (share.isOwing()) {
                share.giveBack(1);
            }
        }
        assertThat(ample.used()).isLessThanOrEqualTo(LIMIT);
    }
}
