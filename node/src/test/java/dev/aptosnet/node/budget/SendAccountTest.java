package dev.aptosnet.node.budget;

import static dev.aptosnet.ports.client.SendResult.DROPPED_BUDGET;
import static dev.aptosnet.ports.client.SendResult.DROPPED_FULL;
import static dev.aptosnet.ports.client.SendResult.QUEUED;
import static dev.aptosnet.ports.model.MessageClass.CRITICAL;
import static dev.aptosnet.ports.model.MessageClass.LOW;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.send.QueueBounds;
import dev.aptosnet.ports.client.SendResult;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.Clock;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class SendAccountTest {
    private final Clock clock = Clock.system();

    @Test
    @DisplayName("Q-13 a message is counted from its charge until it has left")
    void whatIsQueuedIsCounted() {
        var account = new SendAccount(new QueueBounds(8, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.messages(LOW)).isZero();
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.messages(LOW)).isEqualTo(1);
        account.releaseLater(LOW, 10);
        account.flush();
        assertThat(account.messages(LOW)).isZero();
    }

    @Test
    @DisplayName("Q-14 a sender that may wait goes on once something has left; the count is right")
    void aWaitingSenderGoesOn() throws Exception {
        var account = new SendAccount(new QueueBounds(1, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        var waiter = new Waiter(account);
        waiter.awaitBlocked();
        assertThat(account.messages(LOW)).isEqualTo(1);
        account.releaseLater(LOW, 10);
        account.flush();
        assertThat(waiter.result.get(10, TimeUnit.SECONDS)).isEqualTo(QUEUED);
        assertThat(account.messages(LOW)).isEqualTo(1);
        account.release(LOW, 1, 10);
        assertThat(account.messages(LOW)).isZero();
    }

    @Test
    @DisplayName("Q-15 of two threads that wait each goes on when something has left for it")
    void waitingSendersGoOnOneByOne() throws Exception {
        var account = new SendAccount(new QueueBounds(1, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        var waiters = List.of(new Waiter(account), new Waiter(account));
        for (var waiter : waiters) {
            waiter.awaitBlocked();
        }
        for (var left = 1; left <= 2; left++) {
            var next =
                    CompletableFuture.anyOf(
                            waiters.stream()
                                    .map(waiter -> waiter.result)
                                    .filter(result -> !result.isDone())
                                    .toArray(CompletableFuture<?>[]::new));
            account.releaseLater(LOW, 10);
            account.flush();
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(QUEUED);
            assertThat(waiters.stream().filter(waiter -> waiter.result.isDone())).hasSize(left);
        }
        for (var waiter : waiters) {
            assertThat(waiter.result).isCompletedWithValue(QUEUED);
        }
        account.release(LOW, 1, 10);
        assertThat(account.messages(LOW)).isZero();
    }

    @Test
    @DisplayName("Q-16 who does not wait is told at once, and what was refused is not counted")
    void whoDoesNotWaitIsTold() {
        var account = new SendAccount(new QueueBounds(1, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 10)).isEqualTo(DROPPED_FULL);
        assertThat(account.messages(LOW)).isEqualTo(1);
        account.release(LOW, 1, 10);
        assertThat(account.messages(LOW)).isZero();
    }

    /** A thread that waits up to 30 seconds for room. */
    private final class Waiter {
        final CompletableFuture<SendResult> result = new CompletableFuture<>();
        private final Thread thread;

        Waiter(SendAccount account) {
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            var soon = clock.now().plus(Duration.ofSeconds(30));
                                            result.complete(account.chargeBy(LOW, 10, soon, clock));
                                        } catch (InterruptedException e) {
                                            result.completeExceptionally(e);
                                        }
                                    });
        }

        void awaitBlocked() throws InterruptedException {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(result).isNotDone();
                Thread.sleep(1);
            }
        }
    }

    @Test
    void whatWaitsForRoomIsChargedToTheNodeAndGivenBackWithTheTime() throws Exception {
        var node = new NodeBudget(1 << 20);
        var account = new SendAccount(new QueueBounds(1, 1 << 20), node);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        var waiter = new Waiter(account);
        waiter.awaitBlocked();
        assertThat(node.used()).isEqualTo(2 * 74L);
        assertThat(account.heldBytes()).isEqualTo(2 * 74L);
        waiter.thread.interrupt();
        assertThat(waiter.result).failsWithin(10, TimeUnit.SECONDS);
        assertThat(node.used()).isEqualTo(74);
        assertThat(account.heldBytes()).isEqualTo(74);
    }

    @Test
    void oneThatWouldWaitWithMoreThanTheNodeHasIsRefusedAtOnce() throws Exception {
        var node = new NodeBudget(1000);
        var account = new SendAccount(new QueueBounds(1, 1 << 20), node);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        var soon = clock.now().plus(Duration.ofSeconds(30));
        assertThat(account.chargeBy(LOW, 2000, soon, clock)).isEqualTo(DROPPED_BUDGET);
        assertThat(node.used()).isEqualTo(74);
    }

    @Test
    void whoAwaitsThatNoneWaitsGoesOnWhenTheLastIsQueued() throws Exception {
        var account = new SendAccount(new QueueBounds(1, 1 << 20), new NodeBudget(1 << 30));
        var soon = clock.now().plus(Duration.ofSeconds(30));
        account.awaitNoneWaiting(soon, clock);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        var waiter = new Waiter(account);
        waiter.awaitBlocked();
        account.awaitNoneWaiting(clock.now().plusNanos(1_000_000), clock);
        assertThat(waiter.result).isNotDone();
        account.releaseLater(LOW, 10);
        account.flush();
        account.awaitNoneWaiting(soon, clock);
        assertThat(account.messages(LOW)).isEqualTo(1);
        assertThat(waiter.result.get(10, TimeUnit.SECONDS)).isEqualTo(QUEUED);
    }

    @Test
    void oneClassOverItsMessagesDoesNotTouchAnother() {
        var account = new SendAccount(new QueueBounds(2, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 10)).isEqualTo(DROPPED_FULL);
        assertThat(account.charge(CRITICAL, 10)).isEqualTo(QUEUED);
        account.release(LOW, 1, 10);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
    }

    @Test
    void bytesAreBoundedButAnEmptyQueueTakesAnyMessage() {
        var account = new SendAccount(new QueueBounds(100, 1000), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 5000)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 1)).isEqualTo(DROPPED_FULL);
        account.release(LOW, 1, 5000);
        assertThat(account.charge(LOW, 1)).isEqualTo(QUEUED);
    }

    @Test
    void allClassesTogetherHoldNoMoreThanTheBytesOfOneConnection() {
        var limit = 16L << 20;
        var account = new SendAccount(new QueueBounds(1 << 20, limit), new NodeBudget(1 << 30));
        for (var i = MessageClass.COUNT - 1; i >= 0; i--) {
            var count = 0;
            while (account.charge(MessageClass.ofIndex(i), 1000) == QUEUED) {
                count++;
            }
            // Its own sixteenth at least, also where the other classes came first.
            assertThat(count * 1064L).isBetween(limit / 16 - 1064, limit);
        }
        var held = 0L;
        for (var i = 0; i < MessageClass.COUNT; i++) {
            held += account.bytes(MessageClass.ofIndex(i));
        }
        assertThat(held).isBetween(limit - 4 * 1064, limit);
    }

    @Test
    void theSharedCountEndsWhereItBeganWhateverTheThreadsDo() throws Exception {
        var account = new SendAccount(new QueueBounds(8, 1 << 20), new NodeBudget(4 << 20));
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 4; i++) {
            var size = 100_000 * (i + 1);
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (var n = 0; n < 20_000; n++) {
                                            if (account.charge(LOW, size) == QUEUED) {
                                                account.release(LOW, 1, size);
                                            }
                                        }
                                    }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(account.bytes(LOW)).isZero();
        // One alone may take more than there is, so this says that nothing is counted as taken.
        assertThat(account.charge(LOW, 3 << 20)).isEqualTo(QUEUED);
    }

    @Test
    void theNodesBudgetIsSharedAndARefusalLeavesNothingCharged() {
        var node = new NodeBudget(1000);
        var one = new SendAccount(new QueueBounds(100, 1 << 20), node);
        var other = new SendAccount(new QueueBounds(100, 1 << 20), node);
        assertThat(one.charge(LOW, 900)).isEqualTo(QUEUED);
        assertThat(other.charge(CRITICAL, 900)).isEqualTo(DROPPED_BUDGET);
        assertThat(other.messages(CRITICAL)).isZero();
        assertThat(other.bytes(CRITICAL)).isZero();
        assertThat(node.used()).isEqualTo(900 + SendAccount.OVERHEAD_BYTES);
    }

    @Test
    void whatIsReleasedLaterComesBackWithTheFlushAndTheSumsEndAtZero() {
        var seed = 20_261_122L;
        var random = new Random(seed);
        var node = new NodeBudget(Long.MAX_VALUE);
        var account = new SendAccount(new QueueBounds(1 << 20, 1L << 40), node);
        for (var i = 0; i < 10_000; i++) {
            var messageClass = MessageClass.ofIndex(random.nextInt(MessageClass.COUNT));
            var size = random.nextInt(64 << 20);
            assertThat(account.charge(messageClass, size)).as("seed %d", seed).isEqualTo(QUEUED);
            account.releaseLater(messageClass, size);
            if (random.nextInt(50) == 0) {
                account.flush();
            }
        }
        account.flush();
        for (var i = 0; i < MessageClass.COUNT; i++) {
            assertThat(account.messages(MessageClass.ofIndex(i))).isZero();
            assertThat(account.bytes(MessageClass.ofIndex(i))).isZero();
        }
        assertThat(node.used()).isZero();
    }

    @Test
    void whoeverMayWaitIsToldAtTheDeadlineThatThereWasNoRoom() throws Exception {
        var account = new SendAccount(new QueueBounds(1, 1 << 20), new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.chargeBy(LOW, 10, clock.now().plusNanos(1_000_000), clock))
                .isEqualTo(DROPPED_FULL);
        assertThat(account.messages(LOW)).isEqualTo(1);
    }
}
