package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** The table of timestamps: strict, unsigned, bounded, and never forgetful in a harmful way. */
class ReplayGuardTest {
    private static final long MAX = -1; // 2^64-1

    @Test
    void timestampsMustIncreaseStrictlyAndUnsigned() throws Exception {
        var guard = new ReplayGuard();
        guard.commit(key(1), 0);
        assertReplay(guard, key(1), 0);
        guard.commit(key(1), Long.MAX_VALUE);
        guard.commit(key(1), Long.MIN_VALUE); // 2^63
        assertReplay(guard, key(1), Long.MAX_VALUE);
        assertReplay(guard, key(1), 5);
        guard.commit(key(1), MAX);
        assertReplay(guard, key(1), MAX);
        guard.commit(key(2), 0);
    }

    @Test
    void checkingChangesNothing() throws Exception {
        var guard = new ReplayGuard();
        guard.check(key(1), 7);
        guard.check(key(1), 7);
        assertThat(guard.size()).isZero();
        guard.commit(key(1), 7);
        assertReplay(guard, key(1), 7);
    }

    @Test
    void theTableIsBoundedAndWhatItForgetsIsStillRefused() throws Exception {
        var guard = new ReplayGuard(3);
        guard.commit(key(1), 30);
        guard.commit(key(2), 10);
        guard.commit(key(3), 20);
        guard.commit(key(4), 40);
        assertThat(guard.size()).isEqualTo(3);
        assertReplay(guard, key(2), 10);
        assertReplay(guard, key(1), 30);
        assertReplay(guard, key(5), 10);
        guard.commit(key(2), 11);
        assertThat(guard.size()).isEqualTo(3);
        assertReplay(guard, key(3), 20);
    }

    @Test
    void nothingIsEverAcceptedTwiceWhateverTheOrder() throws Exception {
        var seed = 99L;
        var random = new Random(seed);
        var guard = new ReplayGuard(8);
        var greatest = new HashMap<Integer, Long>();
        for (var i = 0; i < 20_000; i++) {
            var n = random.nextInt(20);
            var timestamp = i / 4 + random.nextInt(50);
            try {
                guard.commit(key(n), timestamp);
                var before = greatest.put(n, (long) timestamp);
                assertThat(before == null || timestamp > before)
                        .as("seed %d, step %d", seed, i)
                        .isTrue();
            } catch (HandshakeException e) {
                assertThat(e.failure().reason()).isEqualTo(Reason.REPLAY);
            }
            assertThat(guard.size()).isLessThanOrEqualTo(8);
        }
        assertThat(greatest).hasSize(20);
    }

    @Test
    void ofManyThreadsWithOneTimestampExactlyOneCommits() throws Exception {
        var guard = new ReplayGuard();
        try (var executor = Executors.newFixedThreadPool(4)) {
            for (var round = 1; round <= 200; round++) {
                var timestamp = round;
                var tasks = new ArrayList<Callable<Boolean>>();
                for (var i = 0; i < 4; i++) {
                    tasks.add(() -> commits(guard, timestamp));
                }
                var committed = 0;
                for (var result : executor.invokeAll(tasks)) {
                    committed += result.get() ? 1 : 0;
                }
                assertThat(committed).isEqualTo(1);
            }
        }
    }

    @Test
    void dialTimestampsNeverRepeatNorDecrease() {
        var timestamps = new DialTimestamps();
        assertThat(timestamps.next(1000)).isEqualTo(1000);
        assertThat(timestamps.next(1000)).isEqualTo(1001);
        assertThat(timestamps.next(400)).isEqualTo(1002);
        assertThat(timestamps.next(5000)).isEqualTo(5000);
    }

    @Test
    void aTableWithoutRoomIsRefused() {
        assertThatThrownBy(() -> new ReplayGuard(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static boolean commits(ReplayGuard guard, long timestamp) {
        try {
            guard.commit(key(1), timestamp);
            return true;
        } catch (HandshakeException _) {
            return false;
        }
    }

    private static void assertReplay(ReplayGuard guard, PublicKey key, long timestamp) {
        assertThatThrownBy(() -> guard.check(key, timestamp))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        e -> assertThat(e.failure().reason()).isEqualTo(Reason.REPLAY));
        assertThatThrownBy(() -> guard.commit(key, timestamp))
                .isInstanceOf(HandshakeException.class);
    }

    private static PublicKey key(int n) {
        return PublicKey.of(ByteBuffer.allocate(32).putInt(n).array());
    }
}
