package dev.aptosnet.domain.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.link.SimulatedLink;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

class SendSchedulerTest {
    private static final MonoTime NOW = new MonoTime(1);
    private static final int MIB = 1 << 20;
    private static final long MILLISECOND = 1_000_000;
    private static final ProtocolId VOTES = ProtocolId.CONSENSUS_DIRECT_SEND_BCS;
    private static final ProtocolId BULK = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final ProtocolId CALLS = ProtocolId.NETBENCH_RPC;

    private Endpoint endpoint = Endpoint.of(Endpoint.ALL);

    @ParameterizedTest(name = "I-01, I-02: {0} peer: a vote behind 64 MiB waits at most {1} ms")
    @CsvSource({"capable, 31", "legacy, 400"})
    void voteBehindBulkWaitsForOnePieceAtMost(String peer, int mostMillis) {
        var capabilities = peer.equals("capable") ? Endpoint.ALL : Endpoint.NONE;
        var a = Endpoint.of(capabilities);
        var b = Endpoint.of(capabilities);
        var link = new SimulatedLink(a, b, 10_000_000, 0, 1, new Random(1));
        var queuedAt = new ArrayList<Long>();
        var waits = new ArrayList<Long>();
        link.onWritten =
                (from, frame) -> {
                    if (frame.body().length < 300) {
                        waits.add(link.nanos() - queuedAt.get(waits.size()));
                    }
                };
        var large = Bytes.wrap(new byte[64 * MIB]);
        a.send(BULK, MessageClass.LOW, large);
        a.send(BULK, MessageClass.LOW, large);
        for (var i = 0; i < 600; i++) {
            link.at(
                    10 * MILLISECOND * i,
                    () -> {
                        queuedAt.add(link.nanos());
                        a.send(VOTES, MessageClass.CRITICAL, Bytes.wrap(new byte[200]));
                    });
        }
        link.runUntil(6_500 * MILLISECOND);
        assertThat(waits).hasSize(600);
        waits.sort(null);
        assertThat(waits.get(594)).isLessThanOrEqualTo(mostMillis * MILLISECOND);
        // The first of the large ones needs no more than 3 % above what its bytes need.
        link.runUntil(6_912 * MILLISECOND);
        assertThat(b.directSends.stream().filter(m -> m.protocol().equals(BULK))).hasSize(1);
    }

    @Test
    @DisplayName("I-01: while critical and high are saturated, low keeps 5 % of the bytes")
    void lowIsNotStarved() {
        var sizes = new int[] {200, 5_000, 0, 300_000};
        var bytes = saturate(sizes, 20_000_000);
        assertThat(bytes[3]).isGreaterThan(20_000_000 * 5 / 100);
        assertThat(bytes[0]).isGreaterThan(bytes[1]);
    }

    @Test
    @DisplayName("I-01: empty critical messages do not starve the others either")
    void dustDoesNotStarve() {
        var bytes = saturate(new int[] {0, 0, 0, 300_000}, 20_000_000);
        assertThat(bytes[3]).isGreaterThan(20_000_000 * 5 / 100);
    }

    @Test
    void classesShareByWeight() {
        var bytes = saturate(new int[] {-1, 3_000, 700, 300_000}, 40_000_000);
        assertThat(bytes[1] / (double) bytes[3]).isBetween(3.6, 4.4);
        assertThat(bytes[2] / (double) bytes[3]).isBetween(1.7, 2.3);
    }

    @Test
    void criticalGoesFirstUpToItsAllowanceAndThenByWeight() {
        var bytes = saturate(new int[] {1_000, -1, -1, 1_000}, 1_000_000);
        assertThat(bytes[3]).isLessThan(10_000);
        bytes = saturate(new int[] {1_000, -1, -1, 1_000}, 100_000_000);
        assertThat(bytes[0] / (double) bytes[3]).isBetween(7.5, 8.8);
    }

    @Test
    void classThatWasIdleCollectsNoClaim() {
        saturate(new int[] {-1, 1_000, -1, -1}, 50_000_000);
        // The other class begins only now; both are served by weight, not the newcomer alone.
        var outbox = new Outbox(4 * MIB, 1);
        var bytes = new long[MessageClass.COUNT];
        for (var i = 0; i < 1000; i++) {
            endpoint.send(BULK, MessageClass.HIGH, Bytes.wrap(new byte[1_000]));
            endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[1_000]));
        }
        for (var i = 0; i < 500; i++) {
            endpoint.connection.poll(NOW, outbox);
            var frame = outbox.take();
            bytes[frame.lane().messageClass().index()] += frame.body().length;
        }
        assertThat(bytes[1] / (double) bytes[3]).isBetween(3.6, 4.4);
    }

    @Test
    void aClassThatTheLinkDoesNotWantHoldsUpNoOtherAndCollectsNoClaim() {
        var all = new Outbox(4 * MIB, 1);
        var withoutHigh = new Picky(all, lane -> lane.messageClass() != MessageClass.HIGH);
        for (var i = 0; i < 2000; i++) {
            endpoint.send(BULK, MessageClass.HIGH, Bytes.wrap(new byte[1_000]));
            endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[1_000]));
        }
        endpoint.send(VOTES, MessageClass.CRITICAL, Bytes.wrap(new byte[200]));
        endpoint.connection.poll(NOW, withoutHigh);
        assertThat(all.take().lane()).isEqualTo(Lane.of(MessageClass.CRITICAL));
        for (var i = 0; i < 500; i++) {
            endpoint.connection.poll(NOW, withoutHigh);
            assertThat(all.take().lane()).isEqualTo(Lane.of(MessageClass.LOW));
        }
        var bytes = new long[MessageClass.COUNT];
        for (var i = 0; i < 500; i++) {
            endpoint.connection.poll(NOW, all);
            var frame = all.take();
            bytes[frame.lane().messageClass().index()] += frame.body().length;
        }
        assertThat(bytes[1] / (double) bytes[3]).isBetween(3.6, 4.4);
    }

    @Test
    void criticalGoesOnWhileTheLinkWantsNothingElse() {
        var all = new Outbox(4 * MIB, 1);
        var criticalOnly = new Picky(all, lane -> lane.messageClass() == MessageClass.CRITICAL);
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[MIB]));
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[1_000]));
        for (var i = 0; i < 20_000; i++) {
            endpoint.send(VOTES, MessageClass.CRITICAL, Bytes.wrap(new byte[1_000]));
        }
        for (var i = 0; i < 20_000; i++) {
            endpoint.connection.poll(NOW, criticalOnly);
            assertThat(all.take().lane()).isEqualTo(Lane.of(MessageClass.CRITICAL));
        }
        endpoint.connection.poll(NOW, criticalOnly);
        assertThat(all.isEmpty()).isTrue();
        // It owes nothing for what nobody else could have used.
        endpoint.send(VOTES, MessageClass.CRITICAL, Bytes.wrap(new byte[1_000]));
        endpoint.connection.poll(NOW, all);
        assertThat(all.take().lane()).isEqualTo(Lane.of(MessageClass.CRITICAL));
    }

    @Test
    void aLargeMessageThatTheLinkDoesNotWantIsPassedByOthersOfItsClass() {
        var all = new Outbox(4 * MIB, 1);
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[MIB]));
        endpoint.connection.poll(NOW, all);
        var stalled = all.take().lane().transfer();
        assertThat(stalled).isNotZero();
        var rest = new Picky(all, lane -> lane.transfer() != stalled);
        endpoint.call(NOW, CALLS, MessageClass.LOW, Bytes.wrap(new byte[MIB]), new MonoTime(1000));
        endpoint.call(NOW, CALLS, MessageClass.LOW, Bytes.utf8("small"), new MonoTime(1000));
        var lanes = new ArrayList<Long>();
        for (endpoint.connection.poll(NOW, rest);
                !all.isEmpty();
                endpoint.connection.poll(NOW, rest)) {
            lanes.add(all.take().lane().transfer());
        }
        assertThat(lanes).contains(0L, stalled + 1).doesNotContain(stalled);
        endpoint.connection.poll(NOW, all);
        assertThat(all.take().lane().transfer()).isEqualTo(stalled);
    }

    /** A link that wants some lanes and not others. */
    private record Picky(Outbox to, Predicate<Lane> wanted) implements FrameSink {
        @Override
        public boolean isWritable(Lane lane) {
            return wanted.test(lane) && to.isWritable(lane);
        }

        @Override
        public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
            to.write(lane, head, headLength, payload);
        }
    }

    @Test
    void laterDirectSendsOfAProtocolWaitForALargeOneAndOthersDoNot() {
        endpoint.send(BULK, MessageClass.NORMAL, Bytes.wrap(new byte[MIB]));
        endpoint.send(BULK, MessageClass.NORMAL, Bytes.utf8("after"));
        endpoint.send(VOTES, MessageClass.NORMAL, Bytes.utf8("beside"));
        endpoint.call(NOW, CALLS, MessageClass.NORMAL, Bytes.utf8("call"), new MonoTime(1000));
        var receiver = Endpoint.of(Endpoint.ALL);
        for (var frame : written()) {
            receiver.receive(NOW, frame.body());
        }
        assertThat(receiver.directSends).hasSize(3);
        assertThat(receiver.directSends.get(0).payload()).isEqualTo(Bytes.utf8("beside"));
        assertThat(receiver.directSends.get(1).payload().size()).isEqualTo(MIB);
        assertThat(receiver.directSends.get(2).payload()).isEqualTo(Bytes.utf8("after"));
        assertThat(receiver.requests).hasSize(1);
    }

    @Test
    void legacyPeerGetsOneStreamAtATimeAndSmallMessagesOvertake() {
        endpoint = Endpoint.of(Endpoint.NONE);
        endpoint.send(BULK, MessageClass.NORMAL, Bytes.wrap(new byte[MIB]));
        endpoint.send(VOTES, MessageClass.NORMAL, Bytes.wrap(new byte[MIB]));
        endpoint.call(
                NOW, CALLS, MessageClass.NORMAL, Bytes.wrap(new byte[MIB]), new MonoTime(1000));
        endpoint.send(
                ProtocolId.MEMPOOL_DIRECT_SEND, MessageClass.NORMAL, Bytes.wrap(new byte[100]));
        var open = 0;
        var left = 0;
        var small = -1;
        var frames = written();
        for (var i = 0; i < frames.size(); i++) {
            var body = frames.get(i).body();
            if (body[0] == 0) {
                small = i;
            } else if (body[1] == 0) {
                assertThat(left).isZero();
                left = body[6];
                assertThat(left).isBetween(1, 16);
                open++;
            } else {
                left--;
            }
        }
        assertThat(open).isEqualTo(3);
        assertThat(small).isLessThan(3);
        assertThat(endpoint.isReleased()).isTrue();
    }

    @Test
    void urgentMessageThatFitsOneFrameDoesNotWaitForALegacyPeersStream() {
        endpoint = Endpoint.of(Endpoint.NONE);
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[64 * MIB]));
        var outbox = new Outbox(4 * MIB, 1);
        endpoint.connection.poll(NOW, outbox);
        outbox.take();
        endpoint.send(VOTES, MessageClass.HIGH, Bytes.wrap(new byte[MIB]));
        endpoint.connection.poll(NOW, outbox);
        var frame = outbox.take();
        assertThat(frame.lane()).isSameAs(Lane.of(MessageClass.HIGH));
        assertThat(frame.body().length).isGreaterThan(MIB);
    }

    @Test
    void streamThatAMoreUrgentMessageWaitsForIsServedInItsTurn() {
        endpoint = Endpoint.of(Endpoint.NONE);
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[64 * MIB]));
        var outbox = new Outbox(4 * MIB, 1);
        endpoint.connection.poll(NOW, outbox);
        outbox.take();
        endpoint.send(VOTES, MessageClass.HIGH, Bytes.wrap(new byte[8 * MIB]));
        for (var i = 0; i < 100_000; i++) {
            endpoint.send(
                    ProtocolId.MEMPOOL_DIRECT_SEND,
                    MessageClass.NORMAL,
                    Bytes.wrap(new byte[1_000]));
        }
        var low = 0L;
        var normal = 0L;
        while (true) {
            endpoint.connection.poll(NOW, outbox);
            var frame = outbox.take();
            if (frame.lane().messageClass() == MessageClass.HIGH) {
                break;
            }
            if (frame.lane().messageClass() == MessageClass.LOW) {
                low += frame.body().length;
            } else {
                normal += frame.body().length;
            }
        }
        // Twice what Normal gets, which is High's share; its own would be half of Normal's.
        assertThat(low / (double) normal).isBetween(1.6, 2.5);
    }

    @Test
    void largeMessagesUnderWayLeaveRoomForMoreUrgentOnes() {
        for (var i = 0; i < 20; i++) {
            endpoint.send(ProtocolId.of(i), MessageClass.LOW, Bytes.wrap(new byte[MIB]));
        }
        var outbox = new Outbox(4 * MIB, 1);
        for (var i = 0; i < 20; i++) {
            endpoint.connection.poll(NOW, outbox);
            outbox.take();
        }
        assertThat(endpoint.connection.openTransfers()).isEqualTo(8);
        endpoint.send(ProtocolId.of(20), MessageClass.NORMAL, Bytes.wrap(new byte[MIB]));
        endpoint.connection.poll(NOW, outbox);
        assertThat(outbox.take().lane().messageClass()).isEqualTo(MessageClass.NORMAL);
        assertThat(endpoint.connection.openTransfers()).isEqualTo(9);
    }

    @Test
    void eachTransferHasALaneOfItsOwnWhichItsLastPieceEnds() {
        endpoint.send(ProtocolId.of(1), MessageClass.LOW, Bytes.wrap(new byte[200_000]));
        endpoint.send(ProtocolId.of(2), MessageClass.LOW, Bytes.wrap(new byte[200_000]));
        var lanes = written().stream().map(Outbox.Frame::lane).toList();
        assertThat(lanes).hasSize(8);
        assertThat(lanes.stream().map(Lane::transfer).distinct()).hasSize(2);
        assertThat(lanes.stream().filter(Lane::last)).hasSize(2);
        assertThat(lanes.get(7).last()).isTrue();
        assertThat(lanes).noneMatch(l -> l.transfer() == 0);
    }

    @Test
    void capableSetMayBeAnyPart() {
        // Many fragments without interleaving: 1,024 pieces, but one stream at a time.
        endpoint = Endpoint.of(EnumSet.of(Capability.MANY_FRAGMENTS));
        endpoint.send(BULK, MessageClass.LOW, Bytes.wrap(new byte[64 * MIB]));
        endpoint.send(VOTES, MessageClass.LOW, Bytes.wrap(new byte[64 * MIB]));
        var frames = written();
        assertThat(frames).hasSize(2048);
        var streams = frames.stream().map(f -> f.body()[2]).toList();
        assertThat(streams.subList(0, 1024)).containsOnly((byte) 0);
        assertThat(streams.subList(1024, 2048)).containsOnly((byte) 1);
    }

    private List<Outbox.Frame> written() {
        var outbox = new Outbox(4 * MIB, Long.MAX_VALUE);
        endpoint.connection.poll(NOW, outbox);
        return outbox.takeAll();
    }

    /** Bytes written by class while every class with a size of 0 or more has messages waiting. */
    private long[] saturate(int[] sizes, long total) {
        var payloads = Arrays.stream(sizes).mapToObj(s -> new byte[Math.max(0, s)]).toList();
        var outbox = new Outbox(4 * MIB, 1);
        var bytes = new long[MessageClass.COUNT];
        while (Arrays.stream(bytes).sum() < total) {
            for (var i = 0; i < sizes.length; i++) {
                while (sizes[i] >= 0 && endpoint.queuedMessages[i] < 4) {
                    endpoint.send(
                            ProtocolId.of(i), MessageClass.ofIndex(i), Bytes.wrap(payloads.get(i)));
                }
            }
            endpoint.connection.poll(NOW, outbox);
            var frame = outbox.take();
            bytes[frame.lane().messageClass().index()] += frame.body().length;
        }
        while (endpoint.connection.hasOutput()) {
            endpoint.connection.poll(NOW, outbox);
            outbox.take();
        }
        return bytes;
    }
}
