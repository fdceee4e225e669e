package dev.aptosnet.node.budget;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;

class NodeBudgetTest {
    private static final int LIMIT = 1000;

    private final NodeBudget node = new NodeBudget(LIMIT);

    /** Somebody who takes bytes one by one. */
    private final class Taker implements NodeBudget.Holder {
        private long held;

        @Override
        public long heldBytes() {
            return held;
        }

        boolean take(long bytes) {
            held += bytes;
            if (!node.takeFor(this, bytes)) {
                held -= bytes;
                return false;
            }
            return true;
        }

        long takeAll() {
            while (take(1)) {
                assertThat(held).isLessThanOrEqualTo(LIMIT);
            }
            return held;
        }

        void giveBackAll() {
            node.giveBack(held);
            held = 0;
        }
    }

    @Test
    void eachOfThoseThatGiveNothingBackLeavesHalfOfWhatItFound() {
        assertThat(new Taker().takeAll()).isEqualTo(500);
        assertThat(new Taker().takeAll()).isEqualTo(250);
        assertThat(new Taker().takeAll()).isEqualTo(125);
        assertThat(node.used()).isEqualTo(875);
        assertThat(node.refusedShare()).isEqualTo(3);
        assertThat(node.refusedFull()).isZero();
    }

    @Test
    void whoeverHoldsNothingGetsAllThatIsFreeForOneMessage() {
        var hoarder = new Taker();
        hoarder.takeAll();
        var other = new Taker();
        assertThat(other.take(501)).isFalse();
        assertThat(node.refusedFull()).isEqualTo(1);
        assertThat(other.take(500)).isTrue();
        assertThat(node.used()).isEqualTo(LIMIT);
        hoarder.giveBackAll();
        other.giveBackAll();
        assertThat(node.used()).isZero();
    }

    @Test
    void oneMessageMayTakeAllOfAnEmptyBudgetAndNoMore() {
        assertThat(new Taker().take(LIMIT + 1)).isFalse();
        assertThat(new Taker().take(LIMIT)).isTrue();
    }

    @Test
    void manyThatTakeInTurnsHoldTheSameUpToOneTurn() {
        var all = new ArrayList<Taker>();
        for (var i = 0; i < 9; i++) {
            all.add(new Taker());
        }
        for (var progress = true; progress; ) {
            progress = false;
            for (var each : all) {
                progress |= each.take(1);
            }
        }
        assertThat(all).allSatisfy(each -> assertThat(each.held).isBetween(99L, 101L));
    }

    @Test
    void whatLargeMessagesHoldIsNotFree() {
        assertThat(node.take(600, 0)).isTrue();
        assertThat(new Taker().takeAll()).isEqualTo(200);
    }
}
