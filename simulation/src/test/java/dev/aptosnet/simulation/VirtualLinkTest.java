package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.ports.transport.LinkInfo;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What the port's contract says of a link, on two hosts of one region: a round trip is 2 ms. */
class VirtualLinkTest {
    private static final Lane LANE = Lane.of(MessageClass.NORMAL);
    private static final int MAX_FRAME = 100_000;

    private final Run run = new Run(SimSettings.of(12, 5), SimNode::new);
    private final World world = run.world();
    private final VirtualNetwork network = run.network();
    private final Host hostA = network.hosts().get(0);
    private final Host hostB = network.hosts().get(10);
    private final VirtualLink a = link(hostA, hostB, Origin.OUTBOUND, 0);
    private final VirtualLink b = link(hostB, hostA, Origin.INBOUND, 1);
    private final Recorder atA = new Recorder();
    private final Recorder atB = new Recorder();

    private VirtualLink link(Host at, Host peer, Origin origin, long number) {
        var info =
                new LinkInfo(
                        new ConnectionId(number),
                        peer.peer(),
                        peer.key(),
                        PeerRole.VALIDATOR,
                        peer.address(),
                        origin,
                        "virtual",
                        CipherSuite.AESGCM,
                        MAX_FRAME,
                        false,
                        Bytes.EMPTY,
                        new LinkInfo.SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        return new VirtualLink(network, at, info, 0);
    }

    /** Writes what it is given when the link wants it, and notes what comes. */
    private final class Recorder implements LinkHandler {
        final ArrayList<byte[]> toWrite = new ArrayList<>();
        final List<Integer> sizes = new ArrayList<>();
        final List<MonoTime> times = new ArrayList<>();
        @Nullable LinkClosed closed;
        int wakes;

        @Override
        public void onFrame(byte[] head, int offset, int length, Bytes rest) {
            sizes.add(length + rest.size());
            times.add(world.now());
        }

        @Override
        public void onWake(FrameSink out) {
            wakes++;
            while (!toWrite.isEmpty() && out.isWritable(Lane.of(MessageClass.NORMAL))) {
                var body = toWrite.removeFirst();
                out.write(LANE, body, body.length, Bytes.EMPTY);
            }
        }

        @Override
        public void onClosed(LinkClosed how) {
            assertThat(closed).isNull();
            closed = how;
        }
    }

    @BeforeEach
    void open() {
        hostA.started();
        hostB.started();
        VirtualLink.join(a, b);
        a.start(atA);
        b.start(atB);
        world.run(Duration.ofMillis(1));
    }

    private void send(int... sizes) {
        for (var size : sizes) {
            atA.toWrite.add(new byte[size]);
        }
        a.wake();
    }

    private static DisconnectReason reason(@Nullable LinkClosed closed) {
        return Objects.requireNonNull(closed, "not closed").reason();
    }

    @Test
    void framesArriveInOrderAfterHalfARoundTrip() {
        send(1, 0, 70_000, 2);
        world.run(Duration.ofMillis(5));

        assertThat(atB.sizes).containsExactly(1, 0, 70_000, 2);
        assertThat(atB.times.getFirst().nanos()).isBetween(2_000_000L, 2_200_000L);
    }

    @Test
    void bandwidthMakesLargeFramesLate() {
        send(100_000, 100_000);
        world.run(Duration.ofMillis(10));

        // 100,020 bytes at 125 MB/s take 0.8 ms each, and the second waits for the first.
        assertThat(atB.times.getLast().nanos()).isBetween(3_600_000L, 3_900_000L);
    }

    @Test
    void fullBacklogStopsTheWriterUntilHalfOfTheTransportsBufferIsFree() {
        var limit = network.conditions().maxUnsentBytes();
        send(MAX_FRAME, MAX_FRAME, MAX_FRAME);
        world.run(Duration.ofNanos(1));
        assertThat(atA.toWrite).hasSize(1);
        // 200,040 bytes less one and a half times 64 KiB, at 125 MB/s.
        var full = a.channel().unsent();
        assertThat(full).isBetween(2L * MAX_FRAME, 2L * MAX_FRAME + 40);
        var nanos = (full - limit - limit / 2) * 8;
        world.run(Duration.ofNanos(nanos - 1000));
        assertThat(atA.toWrite).hasSize(1);
        world.run(Duration.ofNanos(2000));
        assertThat(atA.toWrite).isEmpty();
        assertThat(atB.sizes).isEmpty();
    }

    @Test
    void whatHasLeftIsNoLongerUnsentThoughNothingIsAcknowledged() {
        send(MAX_FRAME);
        world.run(Duration.ofNanos(900_000));

        assertThat(a.channel().unsent()).isZero();
        assertThat(a.channel().unacknowledged()).isEqualTo(MAX_FRAME + 20);
        assertThat(a.channel().lastLeft().nanos()).isLessThan(world.now().nanos());
    }

    @Test
    void frameAboveTheLimitIsTheCallersMistake() {
        assertThatThrownBy(() -> a.write(LANE, new byte[0], 0, Bytes.wrap(new byte[MAX_FRAME + 1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max_frame_size");
    }

    @Test
    void stalledLinkLosesNothingAndKeepsTheOrder() {
        a.channel().stall(world.now().plus(Duration.ofSeconds(3)));
        send(1, 2, 3);
        world.run(Duration.ofSeconds(2));
        assertThat(atB.sizes).isEmpty();
        world.run(Duration.ofSeconds(2));

        assertThat(atB.sizes).containsExactly(1, 2, 3);
    }

    @Test
    void unreadLinkStopsItsWriterWithinBoundsAndResumesIt() {
        b.setReading(false);
        for (var i = 0; i < 100; i++) {
            send(MAX_FRAME);
        }
        world.run(Duration.ofSeconds(5));
        var limits = network.conditions();
        assertThat(a.channel().unacknowledged())
                .isLessThan(limits.windowBytes() + 2 * limits.maxUnsentBytes() + MAX_FRAME + 20);
        assertThat(b.inboxBytes()).isLessThan(limits.receiveBytes() + MAX_FRAME + 20);
        assertThat(atA.toWrite).isNotEmpty();

        b.setReading(true);
        world.run(Duration.ofSeconds(5));
        assertThat(atB.sizes).hasSize(100);
    }

    @Test
    void closedLinkDeliversWhatWasWrittenBeforeAndEndsBothHandlersOnce() {
        send(1, 2, 3);
        world.run(Duration.ofNanos(1));
        a.close(DisconnectReason.STALE_CONNECTION, "enough");
        a.close(DisconnectReason.INPUT_OUTPUT_ERROR, "again");
        world.run(Duration.ofSeconds(1));

        assertThat(atB.sizes).containsExactly(1, 2, 3);
        assertThat(atA.closed)
                .isEqualTo(new LinkClosed(DisconnectReason.STALE_CONNECTION, "enough"));
        assertThat(reason(atB.closed)).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        assertThat(hostA.links()).isEmpty();
        assertThat(hostB.links()).isEmpty();
    }

    @Test
    void idleLinkSurvivesAPartitionAndABusyOneDoesNot() {
        network.breakWays((_, _) -> true);
        world.run(Duration.ofMinutes(5));
        assertThat(atA.closed).isNull();

        send(1);
        world.run(Duration.ofSeconds(29));
        assertThat(atA.closed).isNull();
        world.run(Duration.ofSeconds(2));
        assertThat(reason(atA.closed)).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(atA.closed).asString().contains("write_timeout_ms");
        assertThat(atB.closed).isNull();
    }

    @Test
    void shortPartitionOnlyDelays() {
        network.breakWays((_, _) -> true);
        send(1, 2);
        world.run(Duration.ofSeconds(10));
        assertThat(atB.sizes).isEmpty();
        network.heal();
        world.run(Duration.ofSeconds(11));

        assertThat(atB.sizes).containsExactly(1, 2);
        assertThat(atA.closed).isNull();
        assertThat(a.channel().unacknowledged()).isZero();
    }

    @Test
    void partitionOfTheWayBackHoldsBackAcknowledgements() {
        network.breakWays((from, _) -> from == hostB);
        send(1);
        world.run(Duration.ofSeconds(1));
        assertThat(atB.sizes).containsExactly(1);
        assertThat(a.channel().unacknowledged()).isPositive();
        world.run(Duration.ofSeconds(31));

        assertThat(atA.closed).isNotNull();
    }

    @Test
    void crashIsHeardAtOnceAndPowerLossOnlyWhenTheMachineIsBack() {
        hostB.crash(false);
        world.run(Duration.ofMillis(10));
        assertThat(reason(atA.closed)).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        assertThat(atB.closed).isNull();
    }

    @Test
    void afterAPowerLossTheMachineAnswersDataWithAReset() {
        hostB.crash(true);
        send(1);
        world.run(Duration.ofSeconds(5));
        assertThat(atA.closed).isNull();
        hostB.started();
        network.release();
        world.run(Duration.ofSeconds(6));

        assertThat(reason(atA.closed)).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
    }

    @Test
    void frozenProcessFindsEverythingWhenItGoesOn() {
        hostB.freeze();
        send(1, 2);
        b.wakeAt(world.now().plus(Duration.ofSeconds(1)));
        var before = atB.wakes;
        world.run(Duration.ofSeconds(3));
        assertThat(atB.sizes).isEmpty();
        assertThat(atB.wakes).isEqualTo(before);

        hostB.thaw();
        assertThat(atB.sizes).containsExactly(1, 2);
        assertThat(atB.wakes).isGreaterThan(before);
    }

    @Test
    void wakesAskedForTogetherAreOne() {
        var before = atA.wakes;
        a.wake();
        a.wake();
        a.wake();
        world.run(Duration.ofMillis(1));

        assertThat(atA.wakes).isEqualTo(before + 1);
    }

    @Test
    void wakeAtReplacesTheTimeAskedForBefore() {
        a.wakeAt(world.now().plus(Duration.ofMillis(1)));
        a.wakeAt(world.now().plus(Duration.ofMillis(5)));
        var before = atA.wakes;
        world.run(Duration.ofMillis(4));
        assertThat(atA.wakes).isEqualTo(before);
        world.run(Duration.ofMillis(2));

        assertThat(atA.wakes).isEqualTo(before + 1);
    }
}
