package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MessageClass;

import org.junit.jupiter.api.Test;

/** Bulk is held back while critical messages come, and never for good. */
class RightOfWayTest {
    private static final int MUCH = 1 << 20;
    private static final long MILLI = 1_000_000;

    /** Passes only while somebody is held back. */
    private final class FakeTime implements RightOfWay.Time {
        private long now;

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void pass() {
            now += MILLI;
            sent += sentPerMilli;
        }
    }

    private final FakeTime time = new FakeTime();
    private long sent;
    private long sentPerMilli;
    private final RightOfWay way = new RightOfWay(() -> sent, time);

    @Test
    void withoutCriticalMessagesNobodyWaits() throws InterruptedException {
        assertThat(way.take(MessageClass.LOW, MUCH)).isEqualTo(MUCH);
        assertThat(way.take(MessageClass.NORMAL, MUCH)).isEqualTo(MUCH);
        assertThat(time.now).isZero();
    }

    @Test
    void whatIsCriticalWaitsForNothing() throws InterruptedException {
        way.critical();
        assertThat(way.take(MessageClass.LOW, MUCH)).isLessThan(MUCH);
        assertThat(way.take(MessageClass.CRITICAL, MUCH)).isEqualTo(MUCH);
        assertThat(way.take(MessageClass.CRITICAL, MUCH)).isEqualTo(MUCH);
        assertThat(time.now).isZero();
    }

    @Test
    void othersGoOnWhenNearlyAllIsSent() throws InterruptedException {
        way.critical();
        way.take(MessageClass.CRITICAL, 10_000 + (int) RightOfWay.ENOUGH);
        sentPerMilli = 1000;
        assertThat(way.take(MessageClass.LOW, MUCH)).isBetween(1, MUCH - 1);
        assertThat(time.now).isEqualTo(11 * MILLI);
    }

    @Test
    void othersAreHeldBackForAWhileAfterTheLastCriticalMessage() throws InterruptedException {
        way.critical();
        time.now += 900 * MILLI;
        assertThat(way.take(MessageClass.LOW, MUCH)).isLessThan(MUCH);
        time.now += 200 * MILLI;
        assertThat(way.take(MessageClass.LOW, MUCH)).isEqualTo(MUCH);
    }

    @Test
    void whatDoesNotMoveHoldsUpNobodyForGood() throws InterruptedException {
        way.critical();
        way.take(MessageClass.CRITICAL, MUCH);
        assertThat(way.take(MessageClass.LOW, MUCH)).isPositive();
        assertThat(time.now).isEqualTo(RightOfWay.LONGEST_NANOS);
    }

    @Test
    void asLongAsMuchIsUnsentOthersComeRarely() throws InterruptedException {
        way.critical();
        way.take(MessageClass.CRITICAL, MUCH);
        var rarely = 0L;
        while (time.now < 10 * RightOfWay.LONGEST_NANOS) {
            way.critical();
            rarely += way.take(MessageClass.LOW, MUCH);
        }
        assertThat(rarely).isEqualTo(10 * 4096);
    }

    @Test
    void othersWaitWhileACriticalMessageWaitsForRoom() throws InterruptedException {
        way.critical();
        way.criticalBegins();
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).as("it has only begun").isZero();
        time.now = MILLI;
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).isEqualTo(MILLI + RightOfWay.LONGEST_NANOS);
        way.criticalEnds();
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).isEqualTo(MILLI + RightOfWay.LONGEST_NANOS);
    }

    @Test
    void whatAStreamHadWhenItWasResetIsAwaitedNoMore() throws InterruptedException {
        way.critical();
        way.take(MessageClass.CRITICAL, 40_000);
        way.reset(40_000);
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).isZero();

        way.take(MessageClass.CRITICAL, MUCH);
        sent = MUCH - 10_000;
        way.reset(MUCH);
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).isZero();
    }

    @Test
    void bytesThatWereSentTwiceMakeNoCredit() throws InterruptedException {
        way.critical();
        way.take(MessageClass.CRITICAL, 1);
        sent = MUCH;
        for (var taken = 0L; taken < RightOfWay.ENOUGH; ) {
            assertThat(time.now).isZero();
            taken += way.take(MessageClass.LOW, MUCH);
        }
        way.take(MessageClass.LOW, MUCH);
        assertThat(time.now).isEqualTo(RightOfWay.LONGEST_NANOS);
    }
}
