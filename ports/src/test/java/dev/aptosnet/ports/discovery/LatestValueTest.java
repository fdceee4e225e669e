package dev.aptosnet.ports.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

class LatestValueTest {
    @Test
    void newerValueReplacesTheOneThatWaits() {
        var slot = new LatestValue<String>();

        assertThat(slot.put("old")).isTrue();
        assertThat(slot.put("new")).isFalse();

        assertThat(slot.take()).contains("new");
        assertThat(slot.take()).isEmpty();
    }

    @Test
    void manyPuttersWakeTheTakerOnceEachTimeAndTheLastValueIsTaken() throws Exception {
        var slot = new LatestValue<Integer>();
        var wakes = new LinkedBlockingQueue<Boolean>();
        var waiting = new AtomicInteger();
        var mostWaiting = 0;
        var taken = new ArrayList<Integer>();
        var last = 20_000;
        var taker =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        while (taken.isEmpty() || taken.getLast() < last) {
                                            wakes.take();
                                            waiting.decrementAndGet();
                                            slot.take().ifPresent(taken::add);
                                        }
                                    } catch (InterruptedException _) {
                                        // The test has failed and says so below.
                                    }
                                });

        for (var value = 1; value <= last; value++) {
            if (slot.put(value)) {
                var now = waiting.incrementAndGet();
                mostWaiting = Math.max(mostWaiting, now);
                wakes.add(true);
            }
        }
        taker.join(Duration.ofSeconds(20));

        assertThat(taken).isSorted().doesNotHaveDuplicates().last().isEqualTo(last);
        // One wake-up on its way, and one that was taken from the queue and not yet counted off.
        assertThat(mostWaiting).isLessThanOrEqualTo(2);
    }

    @Test
    void severalPuttersLoseNothingThatWasLast() throws Exception {
        for (var round = 0; round < 200; round++) {
            var slot = new LatestValue<Integer>();
            var woken = new AtomicInteger();
            var putters = new ArrayList<Thread>();
            for (var putter = 0; putter < 4; putter++) {
                var value = putter;
                putters.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            if (slot.put(value)) {
                                                woken.incrementAndGet();
                                            }
                                        }));
            }
            for (var putter : putters) {
                putter.join();
            }

            assertThat(woken).hasValue(1);
            assertThat(slot.take()).isPresent();
            assertThat(slot.take()).isEmpty();
        }
    }

    @Test
    void thousandRapidViewsLeaveTheLastOfEachSourceInPriorityOrder() {
        var wakes = new AtomicInteger();
        var views = new LatestViews(wakes::incrementAndGet);

        for (var i = 1; i <= 1000; i++) {
            views.accept(view(SourceKind.REST, i));
            views.accept(view(SourceKind.FILE, i));
        }

        assertThat(wakes).hasValue(2);
        assertThat(views.take())
                .containsExactly(view(SourceKind.FILE, 1000), view(SourceKind.REST, 1000));
        assertThat(views.take()).isEmpty();
    }

    @Test
    void wakeUpThatIsLostLosesNoView() {
        var views = new LatestViews(() -> {});
        views.accept(view(SourceKind.FILE, 1));
        views.accept(view(SourceKind.FILE, 2));

        assertThat(views.take()).containsExactly(view(SourceKind.FILE, 2));
    }

    @Test
    void peerThatIsTwiceInAViewIsRefused() {
        var peer = view(SourceKind.FILE, 1).peers().firstEntry().getValue();

        assertThatThrownBy(() -> PeerView.of(SourceKind.FILE, List.of(peer, peer)))
                .hasMessage("peer 0x1: twice");
    }

    private static PeerView view(SourceKind kind, int number) {
        return PeerView.of(
                kind,
                List.of(
                        new DiscoveredPeer(
                                PeerId.parse(Integer.toHexString(number)),
                                List.of(),
                                new TreeSet<>(),
                                PeerRole.KNOWN)));
    }
}
