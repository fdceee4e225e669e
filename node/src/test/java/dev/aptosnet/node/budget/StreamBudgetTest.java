package dev.aptosnet.node.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.stream.StreamMemory;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(60)
class StreamBudgetTest {
    private static final int NODE_BYTES = 1 << 20;

    private final NodeBudget node = new NodeBudget(NODE_BYTES);

    private static PeerId peer(int number) {
        return PeerId.parse("0x" + number);
    }

    @Test
    void largeMessagesLeaveAQuarterOfTheNodesBudgetToWhatIsQueued() {
        var one = node.streams().join(peer(1), () -> {});
        var held = 0;
        while (one.take(1024)) {
            held += 1024;
        }
        assertThat(held).isEqualTo(NODE_BYTES / 4 * 3);
        assertThat(node.streams().used()).isEqualTo(held);
        assertThat(node.used()).isEqualTo(held);
        assertThat(node.take(NODE_BYTES / 4, 0)).isTrue();
        assertThat(node.take(1, 0)).isFalse();
        one.giveBack(held);
        assertThat(node.used()).isEqualTo(NODE_BYTES / 4);
    }

    @Test
    void whoHoldsMoreThanAFairShareIsToldToGiveBack() {
        var told = new AtomicInteger();
        var hoarder = node.streams().join(peer(1), told::incrementAndGet);
        var held = 0;
        while (hoarder.take(1024)) {
            held += 1024;
        }
        var other = node.streams().join(peer(2), () -> {});
        assertThat(other.take(1024)).isTrue();
        assertThat(told).hasValue(1);
        assertThat(hoarder.isOwing()).isTrue();
        hoarder.giveBack(held / 2);
        assertThat(hoarder.isOwing()).isFalse();
    }

    @Test
    void aPeerOnTwoNetworksHasOneShare() {
        var told = new AtomicInteger();
        var onOne = node.streams().join(peer(1), told::incrementAndGet);
        var onOther = node.streams().join(peer(1), told::incrementAndGet);
        var held = 0;
        while (onOne.take(1024)) {
            assertThat(onOther.take(1024)).isTrue();
            held += 1024;
        }
        var other = node.streams().join(peer(2), () -> {});
        var half = node.streams().limit() / 2;
        for (var bytes = 1024; bytes <= half; bytes += 1024) {
            assertThat(other.take(1024)).isTrue();
        }
        assertThat(other.take(1024)).isFalse();
        assertThat(told.get()).isPositive().isEven();
        assertThat(onOne.isOwing()).isTrue();
        assertThat(onOther.isOwing()).isTrue();
        onOne.giveBack(held);
        assertThat(onOne.isOwing()).isFalse();
        assertThat(onOther.isOwing()).isFalse();
        onOther.giveBack(held);
        other.giveBack(half);
        assertThat(node.used()).isZero();
    }

    @Test
    void threadsThatTakeAndGiveBackLeaveNothing() throws InterruptedException {
        var seed = 11L;
        var most = new AtomicLong();
        var reclaimed = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 4; i++) {
            var random = new SplittableRandom(seed + i);
            var share = node.streams().join(peer(1 + i / 2), reclaimed::incrementAndGet);
            threads.add(Thread.ofPlatform().start(() -> run(share, random, most)));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(node.streams().used()).as("seed %d", seed).isZero();
        assertThat(node.used()).isZero();
        assertThat(most.get()).isLessThanOrEqualTo(2 * node.streams().limit());
    }

    /** Takes ever more and gives all back when told, or now and then. */
    private void run(StreamMemory share, SplittableRandom random, AtomicLong most) {
        var held = 0L;
        for (var i = 0; i < 50_000; i++) {
            var bytes = 1 + random.nextInt(64 << 10);
            if (share.take(bytes)) {
                held += bytes;
            }
            most.accumulateAndGet(node.streams().used(), Math::max);
            if (share.isOwing() || random.nextInt(40) == 0) {
                share.giveBack(held);
                held = 0;
            }
        }
        share.giveBack(held);
    }
}
