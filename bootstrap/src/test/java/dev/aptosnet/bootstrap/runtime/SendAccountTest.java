package dev.aptosnet.bootstrap.runtime;

import static dev.aptosnet.ports.client.SendResult.DROPPED_BUDGET;
import static dev.aptosnet.ports.client.SendResult.DROPPED_FULL;
import static dev.aptosnet.ports.client.SendResult.QUEUED;
import static dev.aptosnet.ports.model.MessageClass.CRITICAL;
import static dev.aptosnet.ports.model.MessageClass.LOW;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.bootstrap.runtime.SendAccount.NodeBudget;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.transport.Clock;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class SendAccountTest {
    @Test
    void oneClassOverItsMessagesDoesNotTouchAnother() {
        var account = new SendAccount(2, 1 << 20, new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 10)).isEqualTo(DROPPED_FULL);
        assertThat(account.charge(CRITICAL, 10)).isEqualTo(QUEUED);
        account.release(LOW, 1, 10);
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
    }

    @Test
    void bytesAreBoundedButAnEmptyQueueTakesAnyMessage() {
        var account = new SendAccount(100, 1000, new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 5000)).isEqualTo(QUEUED);
        assertThat(account.charge(LOW, 1)).isEqualTo(DROPPED_FULL);
        account.release(LOW, 1, 5000);
        assertThat(account.charge(LOW, 1)).isEqualTo(QUEUED);
    }

    @Test
    void theNodesBudgetIsSharedAndARefusalLeavesNothingCharged() {
        var node = new NodeBudget(1000);
        var one = new SendAccount(100, 1 << 20, node);
        var other = new SendAccount(100, 1 << 20, node);
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
        var account = new SendAccount(1 << 20, 1L << 40, node);
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
    void whoeverMayWaitIsChargedOnceSomethingHasLeftAndNotAfterTheDeadline() throws Exception {
        var clock = Clock.system();
        var account = new SendAccount(1, 1 << 20, new NodeBudget(1 << 30));
        assertThat(account.charge(LOW, 10)).isEqualTo(QUEUED);
        assertThat(account.chargeBy(LOW, 10, clock.now().plusNanos(1_000_000), clock))
                .isEqualTo(DROPPED_FULL);
        var waited =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                var soon = clock.now().plus(Duration.ofSeconds(10));
                                return account.chargeBy(LOW, 10, soon, clock);
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        Thread.sleep(50);
        assertThat(waited).isNotDone();
        account.releaseLater(LOW, 10);
        account.flush();
        assertThat(waited.get(10, TimeUnit.SECONDS)).isEqualTo(QUEUED);
    }
}
