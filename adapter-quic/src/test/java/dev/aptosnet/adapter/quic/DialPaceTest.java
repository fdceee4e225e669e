package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;

/** A few dials at a time, and nobody waits for a peer that is down. */
@Timeout(60)
class DialPaceTest {
    @Test
    void whoComesWhenAllPlacesAreTakenGetsTheOneThatIsGivenBack() throws InterruptedException {
        var pace = new DialPace(2);
        var first = pace.enter();
        var second = pace.enter();
        var got = new CountDownLatch(1);
        var third =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try (var _ = pace.enter()) {
                                        got.countDown();
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                });
        first.close();
        got.await();
        third.join();
        second.close();
        second.close();
        pace.enter();
        pace.enter();
        assertThat(got.getCount()).isZero();
    }

    @Test
    void aPlaceThatNobodyGivesBackIsFreeAfterItsTime() throws InterruptedException {
        var pace = new DialPace(1);
        var begun = System.nanoTime();
        var held = pace.enter();
        var next = pace.enter();
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(DialPace.HELD.toNanos());
        // What comes late takes nothing away from who has the place now.
        held.close();
        var third = pace.enter();
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(2 * DialPace.HELD.toNanos());
        next.close();
        third.close();
    }
}
