package dev.aptosnet.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What every transport does, whatever it is made of. A transport's tests extend this and answer the
 * questions below; an answer that says "cannot" is an honest one and skips what it must.
 */
@Timeout(120)
@SuppressWarnings("exports") // JUnit is for those alone that run the contract.
public abstract class TransportContract {
    /** For a transport's own test class. */
    protected TransportContract() {}

    /** All randomness of a test comes from this seed; replay with {@code -Dcontract.seed=…}. */
    protected static final long SEED = Long.getLong("contract.seed", 20_261_122);

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Random random = new Random(SEED);

    /** The kind of transport under test. */
    protected abstract TransportProvider provider();

    /** Where to listen, with a port of the transport's choice. */
    protected abstract NetworkAddress listenAddress();

    /** Where nobody listens, ready to be dialed. */
    protected abstract NetworkAddress deadAddress(PublicKey key);

    /** Enough for a connection beneath the set-up, on a busy machine too. */
    protected Duration connectTime() {
        return Duration.ofMillis(300);
    }

    /** More bytes than a link and the system beneath take up for a peer that does not read. */
    protected long moreThanIsTakenUp() {
        return 64L << 20;
    }

    /**
     * Something that takes connections and never says a word; empty if the transport has no place
     * for such a thing. Its address is ready to be dialed with this key.
     */
    protected abstract Optional<SilentPeer> silentListener(PublicKey key);

    /** Connects to a listener and never says a word; empty if that cannot be. */
    protected abstract Optional<SilentPeer> silentDialer(NetworkAddress listener);

    @BeforeEach
    final void startFromTheSeed() {
        random = new Random(SEED);
    }

    @AfterEach
    final void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    // ---- pieces

    /** The next identity of this test. */
    protected final TestIdentity identity() {
        return TestIdentity.next(random);
    }

    /** Closes it after the test. */
    protected final <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    /** A node with default settings. */
    protected final TransportNode node() {
        var identity = identity();
        return node(identity, new SettingsBuilder(identity));
    }

    /** A node. */
    protected final TransportNode node(TestIdentity identity, SettingsBuilder settings) {
        return closing(new TransportNode(provider(), identity, settings));
    }

    /** Two links that are the ends of one connection, not started. */
    protected final Ends connect(TransportNode dialer, TransportNode listener) {
        var address = listener.listen(listenAddress());
        var dialed = dialer.connect(listener, address);
        return new Ends(dialed, listener.accepted());
    }

    /** The ends of one connection. */
    protected record Ends(Link dialed, Link accepted) {}

    private byte[] randomBytes(int size) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Waits until something holds, or fails. */
    protected static void eventually(String what, BooleanSupplier holds) {
        var end = System.nanoTime() + TransportNode.PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + " (seed " + SEED + ")").isLessThan(end);
            sleep(5);
        }
    }

    /** Lets time pass. */
    protected static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many descriptors this process has; 0 where that cannot be told. */
    protected static int descriptors() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (var entries = Files.list(DESCRIPTORS)) {
            return Math.toIntExact(entries.count());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- connecting

    @ParameterizedTest(name = "AU-09 both ends know each other once connected: {0}")
    @EnumSource(AuthMode.class)
    void bothEndsKnowEachOther(AuthMode mode) {
        var left = identity();
        var right = identity();
        var trusted =
                TrustedPeers.of(
                        Map.of(
                                left.peer(),
                                new TrustedPeer(Set.of(left.key()), PeerRole.VALIDATOR),
                                right.peer(),
                                new TrustedPeer(Set.of(right.key()), PeerRole.UPSTREAM)));
        var dialer =
                node(
                        left,
                        new SettingsBuilder(left)
                                .authMode(mode)
                                .trusted(trusted)
                                .hello(Bytes.utf8("left")));
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .authMode(mode)
                                .trusted(trusted)
                                .hello(Bytes.utf8("right")));
        var address = listener.listen(listenAddress());
        var out = dialer.connect(listener, address);
        var in = listener.accepted();

        assertThat(out.info().peer()).isEqualTo(right.peer());
        assertThat(out.info().key()).isEqualTo(right.key());
        assertThat(out.info().role()).isEqualTo(PeerRole.UPSTREAM);
        assertThat(out.info().origin()).isEqualTo(Origin.OUTBOUND);
        assertThat(out.info().address()).isEqualTo(address);
        assertThat(out.info().hello()).isEqualTo(Bytes.utf8("right"));
        assertThat(out.info().transport()).isEqualTo(provider().name());
        assertThat(in.info().peer()).isEqualTo(left.peer());
        assertThat(in.info().key()).isEqualTo(left.key());
        assertThat(in.info().role()).isEqualTo(PeerRole.VALIDATOR);
        assertThat(in.info().origin()).isEqualTo(Origin.INBOUND);
        assertThat(in.info().address().key()).contains(left.key());
        assertThat(in.info().address().handshakeVersion()).contains(0);
        assertThat(in.info().hello()).isEqualTo(Bytes.utf8("left"));
        assertThat(in.info().id()).isNotEqualTo(out.info().id());
        assertThat(in.info().suite()).isEqualTo(out.info().suite());

        var a = FramePipe.on(out);
        var b = FramePipe.on(in);
        a.send(Bytes.utf8("ping"));
        assertThat(b.receive()).isEqualTo(Bytes.utf8("ping"));
        b.send(Bytes.utf8("pong"));
        assertThat(a.receive()).isEqualTo(Bytes.utf8("pong"));
    }

    @Test
    @DisplayName("AU-10 a dialer dropped from the trusted set is let in again, as unknown")
    void aDialerDroppedFromTheTrustedSetIsLetInAsUnknown() {
        var left = identity();
        var right = identity();
        var trusted =
                new ConcurrentHashMap<>(
                        Map.of(
                                left.peer(),
                                new TrustedPeer(Set.of(left.key()), PeerRole.DOWNSTREAM)));
        var dialer = node(left, new SettingsBuilder(left));
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .authMode(AuthMode.MAYBE_MUTUAL)
                                .trusted(peer -> Optional.ofNullable(trusted.get(peer))));
        var address = listener.listen(listenAddress());
        dialer.connect(listener, address);
        assertThat(listener.accepted().info().role()).isEqualTo(PeerRole.DOWNSTREAM);
        trusted.clear();
        dialer.connect(listener, address);
        assertThat(listener.accepted().info().role()).isEqualTo(PeerRole.UNKNOWN);
    }

    @Test
    void aListenerWithoutATrustedSetGivesStrangersTheirRole() {
        var dialer = node();
        var right = identity();
        var listener =
                node(
                        right,
                        new SettingsBuilder(right)
                                .unknownInboundRole(PeerRole.VALIDATOR_FULL_NODE));
        var ends = connect(dialer, listener);
        assertThat(ends.dialed().info().role()).isEqualTo(PeerRole.UNKNOWN);
        assertThat(ends.accepted().info().role()).isEqualTo(PeerRole.VALIDATOR_FULL_NODE);
    }

    @Test
    void theLongestHandshakeMessageArrives() {
        var left = identity();
        var hello = Bytes.wrap(randomBytes(65_535));
        var dialer = node(left, new SettingsBuilder(left).hello(hello));
        var ends = connect(dialer, node());
        assertThat(ends.accepted().info().hello()).isEqualTo(hello);
        var a = FramePipe.on(ends.dialed());
        a.send(Bytes.utf8("x"));
        assertThat(FramePipe.on(ends.accepted()).receive()).isEqualTo(Bytes.utf8("x"));
    }

    // ---- probing

    @Test
    void aProbeTellsHowLongAConnectionTakesAndLeavesNothingBehind() {
        var prober = node();
        var listener = node();
        var address = listener.listen(listenAddress());
        prober.transport().probe(new DialId(77), address, TransportNode.PATIENCE);
        var probed = prober.await(TransportEvent.Probed.class);
        assertThat(probed.id()).isEqualTo(new DialId(77));
        assertThat(probed.took()).isBetween(Duration.ZERO, TransportNode.PATIENCE);
        // The id is free again, and the listener still takes connections.
        prober.transport().probe(new DialId(77), address, TransportNode.PATIENCE);
        assertThat(prober.await(TransportEvent.Probed.class).took()).isNotNull();
        assertThat(prober.connect(listener, address).info().peer())
                .isEqualTo(listener.identity().peer());
    }

    @Test
    void aProbeOfAnAddressWhereNobodyListensFindsNothing() {
        var prober = node();
        prober.transport()
                .probe(new DialId(78), deadAddress(identity().key()), TransportNode.PATIENCE);
        assertThat(prober.await(TransportEvent.Probed.class))
                .isEqualTo(new TransportEvent.Probed(new DialId(78), null));
    }

    // ---- refusing

    @Test
    @DisplayName("X-06 a dialed peer that is somebody else: the dial fails, nobody is connected")
    void aDialWithTheWrongKeyFailsAndTheListenerSaysWhy() {
        var dialer = node();
        var listener = node();
        var address = listener.listen(listenAddress()).withKey(identity().key());
        assertThat(dialer.dialFails(listener.identity().peer(), address).reason())
                .isEqualTo(Reason.TRUNCATED);
        assertThat(listener.refused().reason()).isEqualTo(Reason.WRONG_SERVER_KEY);
        listener.expectNothing(Duration.ofMillis(50));
        dialer.expectNothing(Duration.ofMillis(50));
    }

    @Test
    void whoComesFasterThanTheRateIsTurnedAwayBeforeAnythingIsDone() {
        // Within one process there is nobody to be kept out.
        Assumptions.assumeFalse(
                listenAddress().network() instanceof Memory, "no strangers on this transport");
        var own = identity();
        var listener = node(own, new SettingsBuilder(own).acceptRate(new AcceptRate(1, 2, 1, 1)));
        var address = listener.listen(listenAddress());
        var dialer = node();
        var begun = System.nanoTime();
        var dials = 16;
        for (var i = 0; i < dials; i++) {
            dialer.dial(own.peer(), address);
        }
        var connected = 0;
        for (var i = 0; i < dials; i++) {
            switch (listener.await(TransportEvent.class)) {
                case TransportEvent.Accepted(_, var link) -> {
                    connected++;
                    link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "done");
                }
                case TransportEvent.Refused(_, _, var failure) -> {
                    // All come from this machine, which has no limit for its address.
                    assertThat(failure.reason()).isEqualTo(Reason.TOO_FAST);
                    assertThat(failure.detail()).contains("admission.handshakes_per_second");
                }
                case TransportEvent other -> throw new AssertionError(other);
            }
        }
        assertThat(connected)
                .isGreaterThanOrEqualTo(2)
                .isLessThanOrEqualTo(2 + (int) ((System.nanoTime() - begun) / 1_000_000_000L));
        eventually("nothing is in set-up", () -> listener.transport().pendingInbound() == 0);
    }

    @Test
    void aStrangerIsRefusedUnderMutualAuthentication() {
        assertThat(refusal(AuthMode.MUTUAL, TrustedPeers.NONE, identity(), null))
                .isEqualTo(Reason.UNTRUSTED_PEER);
    }

    @ParameterizedTest
    @EnumSource(AuthMode.class)
    void aTrustedPeerWithAnotherKeyIsRefused(AuthMode mode) {
        var left = identity();
        var trusted =
                TrustedPeers.of(
                        Map.of(
                                left.peer(),
                                new TrustedPeer(Set.of(identity().key()), PeerRole.VALIDATOR)));
        assertThat(refusal(mode, trusted, left, null)).isEqualTo(Reason.UNTRUSTED_KEY);
    }

    @Test
    void aStrangerUnderAnIdThatIsNotItsKeyIsRefused() {
        assertThat(
                        refusal(
                                AuthMode.MAYBE_MUTUAL,
                                TrustedPeers.NONE,
                                identity(),
                                PeerId.parse("0xabc")))
                .isEqualTo(Reason.PEER_ID_MISMATCH);
    }

    private Reason refusal(
            AuthMode mode, TrustedPeers trusted, TestIdentity left, @Nullable PeerId claimed) {
        var right = identity();
        var settings = new SettingsBuilder(left);
        var dialer = node(left, claimed == null ? settings : settings.self(claimed));
        var listener = node(right, new SettingsBuilder(right).authMode(mode).trusted(trusted));
        var address = listener.listen(listenAddress());
        assertThat(dialer.dialFails(right.peer(), address).reason()).isEqualTo(Reason.TRUNCATED);
        var reason = listener.refused().reason();
        listener.expectNothing(Duration.ofMillis(50));
        return reason;
    }

    @Test
    void aDialToOneselfFails() {
        var node = node();
        var address = node.listen(listenAddress());
        assertThat(node.dialFails(node.identity().peer(), address).reason())
                .isEqualTo(Reason.SELF_DIAL);
    }

    @Test
    void aDialToADeadAddressFails() {
        var failure = node().dialFails(identity().peer(), deadAddress(identity().key()));
        assertThat(failure.reason()).isEqualTo(Reason.CONNECT_FAILED);
    }

    @Test
    void addressesThatCannotBeDialedAreRefusedBeforeConnecting() {
        var dialer = node();
        var listener = node();
        var address = listener.listen(listenAddress());
        var peer = listener.identity().peer();
        var version1 =
                NetworkAddress.parse(
                        address.toString().replaceAll("/handshake/0$", "/handshake/1"));
        var bare = NetworkAddress.parse(address.toString().replaceAll("/noise-ik/.*$", ""));
        assertThat(dialer.dialFails(peer, version1).reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(dialer.dialFails(peer, bare).reason()).isEqualTo(Reason.BAD_ADDRESS);
        listener.expectNothing(Duration.ofMillis(100));
    }

    @Test
    void listeningTwiceAtOneAddressFails() {
        var first = node();
        var address = first.listen(listenAddress());
        var bare = NetworkAddress.parse(address.toString().replaceAll("/noise-ik/.*$", ""));
        var second = node();
        second.transport().listen(new ListenId(77), bare);
        assertThat(second.await(TransportEvent.ListenFailed.class).id().number()).isEqualTo(77);
    }

    // ---- half-open peers and giving up

    @Test
    void aSilentListenerCostsADialItsDeadline() throws Exception {
        var silent = silentListener(identity().key());
        Assumptions.assumeTrue(silent.isPresent(), "no silent peers on this transport");
        var peer = closing(silent.get());
        var left = identity();
        var dialer = node(left, new SettingsBuilder(left).upgradeTimeout(connectTime()));
        var failure = dialer.dialFails(identity().peer(), peer.address());
        assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(failure.detail()).contains("handshake_timeout_ms").contains("message 1");
        eventually("the socket is closed", peer::isHungUp);
    }

    @Test
    void aSilentDialerIsTurnedAwayAtTheDeadline() throws Exception {
        var right = identity();
        var listener =
                node(right, new SettingsBuilder(right).upgradeTimeout(Duration.ofMillis(300)));
        var silent = silentDialer(listener.listen(listenAddress()));
        Assumptions.assumeTrue(silent.isPresent(), "no silent peers on this transport");
        var peer = closing(silent.get());
        var failure = listener.refused();
        assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(failure.detail()).contains("handshake_timeout_ms");
        eventually("the socket is closed", peer::isHungUp);
    }

    @Test
    void aCanceledDialLeavesNothingBehind() throws Exception {
        var dialer = node();
        var listener = node();
        var address = listener.listen(listenAddress());
        // Once through, so that everything that stays open is open.
        var warm = dialer.connect(listener, address);
        FramePipe.on(listener.accepted());
        FramePipe.on(warm).link().close(DisconnectReason.STALE_CONNECTION, "");
        sleep(100);
        var before = descriptors();
        for (var i = 0; i < 60; i++) {
            var id = dialer.dial(listener.identity().peer(), address);
            var until = System.nanoTime() + random.nextInt(4_000_000);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            dialer.transport().cancel(id);
            switch (dialer.await(TransportEvent.class)) {
                case TransportEvent.DialFailed(var failed, SetupFailure why) -> {
                    assertThat(failed).isEqualTo(id);
                    assertThat(why.reason()).isEqualTo(Reason.CANCELED);
                }
                case TransportEvent.Dialed(var dialed, Link link) -> {
                    assertThat(dialed).isEqualTo(id);
                    link.close(DisconnectReason.STALE_CONNECTION, "too late");
                }
                case TransportEvent other -> throw new AssertionError(other);
            }
        }
        closeWhatWasAccepted(listener);
        eventually(
                "descriptors fall back to " + before + ", have " + descriptors(),
                () -> {
                    closeWhatWasAccepted(listener);
                    return descriptors() <= before;
                });
        dialer.expectNothing(Duration.ofMillis(50));
    }

    private static void closeWhatWasAccepted(TransportNode listener) {
        for (var event = listener.poll(); event != null; event = listener.poll()) {
            if (event instanceof TransportEvent.Accepted(var _, Link link)) {
                link.close(DisconnectReason.STALE_CONNECTION, "test");
            }
        }
    }

    @Test
    void aDialThatDoesNotGetItsTurnIsNeverSeenByTheListener() {
        var dialer = node();
        var listener = node();
        var address = listener.listen(listenAddress());
        var asked = new AtomicInteger();
        var id =
                dialer.dial(
                        listener.identity().peer(),
                        address,
                        () -> {
                            asked.incrementAndGet();
                            return false;
                        });
        var failed = dialer.await(TransportEvent.DialFailed.class);
        assertThat(failed.id()).isEqualTo(id);
        assertThat(failed.failure()).isEqualTo(RaceTicket.NOT_OURS);
        assertThat(asked).hasValue(1);

        // What the listener may have seen is a set-up that was broken off, and no link.
        var warm = dialer.connect(listener, address);
        TransportEvent event;
        do {
            event = listener.await(TransportEvent.class);
        } while (event instanceof TransportEvent.Refused);
        assertThat(event).isInstanceOf(TransportEvent.Accepted.class);
        warm.close(DisconnectReason.STALE_CONNECTION, "");
        sleep(50);
        for (var more = listener.poll(); more != null; more = listener.poll()) {
            assertThat(more).isInstanceOf(TransportEvent.Refused.class);
        }
    }

    @Test
    void aDialCanceledWhileThePeerIsSilentClosesItsSocket() throws Exception {
        var silent = silentListener(identity().key());
        Assumptions.assumeTrue(silent.isPresent(), "no silent peers on this transport");
        var peer = closing(silent.get());
        var dialer = node();
        var id = dialer.dial(identity().peer(), peer.address());
        sleep(100);
        dialer.transport().cancel(id);
        assertThat(dialer.await(TransportEvent.DialFailed.class).failure().reason())
                .isEqualTo(Reason.CANCELED);
        eventually("the socket is closed", peer::isHungUp);
        dialer.transport().cancel(id);
        dialer.expectNothing(Duration.ofMillis(50));
    }

    // ---- frames

    @Test
    void framesOfEverySizeArriveIdenticalAndInOrder() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        var max = ends.dialed().info().maxFrameBytes();
        var sizes =
                List.of(
                        0, 1, 3, 0, 17, 4096, 65_514, 65_515, 65_516, 65_519, 65_535, 65_536,
                        65_537, 70_000, 131_072, 200_001, 1_000_003, max - 1, max, 5);
        var frames = sizes.stream().map(size -> Bytes.wrap(randomBytes(size))).toList();
        a.send(frames);
        b.send(frames);
        for (var frame : frames) {
            assertSame(b.receive(), frame);
            assertSame(a.receive(), frame);
        }
    }

    @Test
    void manyFramesOfRandomSizesArriveIdenticalAndInOrder() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        var frames = new ArrayList<Bytes>();
        for (var bytes = 0L; bytes < moreThanIsTakenUp() / 2; bytes += frames.getLast().size()) {
            var size =
                    switch (random.nextInt(100)) {
                        case 0 -> random.nextInt(150_000);
                        case 1, 2, 3, 4 -> random.nextInt(20_000);
                        default -> random.nextInt(400);
                    };
            frames.add(Bytes.wrap(randomBytes(size)));
        }
        a.send(frames);
        for (var frame : frames) {
            assertSame(b.receive(), frame);
        }
        assertThat(b.waiting()).isZero();
    }

    @Test
    void loneMessagesAreNotDelayed() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        for (var i = 0; i < 300; i++) {
            a.send(Bytes.of((byte) i));
            assertThat(b.receive()).isEqualTo(Bytes.of((byte) i));
            b.send(Bytes.of((byte) -i));
            assertThat(a.receive()).isEqualTo(Bytes.of((byte) -i));
        }
    }

    @Test
    void whoAsksHearsInTurnWhenWhatItWroteHasBeenTaken() {
        var ends = connect(node(), node());
        var b = FramePipe.on(ends.accepted());
        var payloads =
                Stream.of(10, 65_514, 65_515, 200_000, 0, 3_000_000, 1, 70_000)
                        .map(size -> Bytes.wrap(randomBytes(size)))
                        .toList();
        var told = new ConcurrentLinkedQueue<Integer>();
        ends.dialed()
                .start(
                        new FramePipe(ends.dialed()) {
                            private int next;

                            @Override
                            public void onWake(FrameSink out) {
                                var lane = Lane.of(MessageClass.NORMAL);
                                while (next < payloads.size() && out.isWritable(lane)) {
                                    var number = next++;
                                    out.write(lane, new byte[0], 0, payloads.get(number));
                                    out.whenTaken(() -> told.add(number));
                                }
                            }
                        });
        for (var payload : payloads) {
            assertSame(b.receive(), payload);
        }
        eventually("all are told", () -> told.size() == payloads.size());
        assertThat(List.copyOf(told)).isSorted();
    }

    private static void assertSame(Bytes actual, Bytes expected) {
        // Not through AssertJ's description, which would print megabytes.
        assertThat(actual.equals(expected))
                .as(
                        "frame of %s bytes, expected %s (seed %s)",
                        actual.size(), expected.size(), SEED)
                .isTrue();
    }

    @Test
    void framesSentBeforeThePeerStartedItsLinkAreNotLost() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var frames = new ArrayList<Bytes>();
        for (var i = 0; i < 500; i++) {
            frames.add(Bytes.wrap(randomBytes(700)));
        }
        a.send(frames);
        sleep(200);
        var b = FramePipe.on(ends.accepted());
        for (var frame : frames) {
            assertSame(b.receive(), frame);
        }
    }

    @Test
    void aFrameAboveTheSendersLimitIsRefusedToItsWriter() {
        var left = identity();
        var ends = connect(node(left, new SettingsBuilder(left).maxFrameBytes(1000)), node());
        var refused = new AtomicBoolean();
        ends.dialed()
                .start(
                        new FramePipe(ends.dialed()) {
                            @Override
                            public void onWake(FrameSink out) {
                                if (!refused.get()) {
                                    assertThatThrownBy(() -> write(out, Bytes.of(new byte[1001])))
                                            .isInstanceOf(IllegalArgumentException.class)
                                            .hasMessageContaining("max_frame_size");
                                    refused.set(true);
                                    write(out, Bytes.of(new byte[1000]));
                                }
                            }
                        });
        assertThat(FramePipe.on(ends.accepted()).receive().size()).isEqualTo(1000);
        assertThat(refused).isTrue();
    }

    @Test
    @DisplayName("P-04 a frame above the receiver's limit closes the connection")
    void aFrameAboveTheReceiversLimitClosesTheConnection() {
        var right = identity();
        var ends = connect(node(), node(right, new SettingsBuilder(right).maxFrameBytes(65)));
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        a.send(List.of(Bytes.wrap(randomBytes(65)), Bytes.wrap(randomBytes(80))));
        assertThat(b.receive().size()).isEqualTo(65);
        var how = b.closed();
        assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        assertThat(how.detail()).contains("80").contains("max_frame_size");
        assertThat(b.waiting()).isZero();
        a.closed();
    }

    // ---- back-pressure and wake-ups

    @Test
    void aPeerThatDoesNotReadStopsTheWriterAndLosesNothing() {
        var ends = connect(node(), node());
        var a = FramePipe.on(ends.dialed());
        var b = FramePipe.on(ends.accepted());
        a.send(Bytes.utf8("first"));
        assertThat(b.receive()).isEqualTo(Bytes.utf8("first"));
        b.runOnce(() -> b.link().setReading(false));

        var frame = Bytes.wrap(randomBytes(64 << 10));
        var count = Math.toIntExact(moreThanIsTakenUp() / frame.size());
        a.send(Collections.nCopies(count, frame));
        var before = new long[] {-1};
        eventually(
                "the writer stops",
                () -> {
                    var now = a.writtenBytes();
                    var stopped = now == before[0];
                    before[0] = now;
                    sleep(100);
                    return stopped;
                });
        assertThat(a.unsent()).as("frames that still wait").isPositive();
        // What the system's own buffers take is not ours to choose; ours are 256 KiB.
        assertThat(a.writtenBytes()).isLessThan(moreThanIsTakenUp() / 2);
        assertThat(b.waiting()).isLessThan(4);

        b.runOnce(() -> b.link().setReading(true));
        for (var i = 0; i < count; i++) {
            assertSame(b.receive(), frame);
        }
        assertThat(a.unsent()).isZero();
    }

    @Test
    void wakesThatComeTogetherAreOne() throws Exception {
        var ends = connect(node(), node());
        FramePipe.on(ends.accepted());
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var a = FramePipe.on(ends.dialed());
        eventually("the first wake", () -> a.wakes() == 1);
        a.runWithoutWaiting(
                () -> {
                    entered.countDown();
                    await(release);
                });
        await(entered);
        var before = a.wakes();
        for (var i = 0; i < 10_000; i++) {
            a.link().wake();
        }
        release.countDown();
        eventually("the wake", () -> a.wakes() > before);
        sleep(100);
        assertThat(a.wakes() - before).isBetween(1, 2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(TransportNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWakeComesAtItsTimeUnlessAnotherTookItsPlace() {
        var ends = connect(node(), node());
        FramePipe.on(ends.accepted());
        var a = FramePipe.on(ends.dialed());
        eventually("the first wake", () -> a.wakes() == 1);
        a.runOnce(() -> a.link().wakeAt(in(Duration.ofMillis(100))));
        var before = a.wakes();
        eventually("the timed wake", () -> a.wakes() > before);
        sleep(200);
        assertThat(a.wakes()).isEqualTo(before + 1);

        a.runOnce(
                () -> {
                    a.link().wakeAt(in(Duration.ofMillis(50)));
                    a.link().wakeAt(MonoTime.NEVER);
                });
        var none = a.wakes();
        sleep(200);
        assertThat(a.wakes()).isEqualTo(none);
    }

    private static MonoTime in(Duration delay) {
        return SettingsBuilder.CLOCK.now().plus(delay);
    }

    // ---- ending

    @ParameterizedTest
    @EnumSource(Origin.class)
    void aCloseFlushesAndIsSeenAtBothEnds(Origin closer) {
        var ends = connect(node(), node());
        var out = FramePipe.on(ends.dialed());
        var in = FramePipe.on(ends.accepted());
        var closing = closer == Origin.OUTBOUND ? out : in;
        var other = closer == Origin.OUTBOUND ? in : out;
        var frames = new ArrayList<Bytes>();
        for (var i = 0; i < 100; i++) {
            frames.add(Bytes.wrap(randomBytes(2000)));
        }
        // The other end keeps talking, which must not turn the close into a reset.
        other.send(frames);
        closing.send(frames);
        eventually("written", () -> closing.unsent() == 0);
        closing.link().close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "enough");
        closing.link().close(DisconnectReason.STALE_CONNECTION, "once more");
        assertThat(closing.closed())
                .isEqualTo(new LinkClosed(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "enough"));
        for (var frame : frames) {
            assertSame(other.receive(), frame);
        }
        assertThat(other.closed().reason()).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        closing.link().wake();
        var wakes = closing.wakes();
        sleep(50);
        assertThat(closing.wakes()).isEqualTo(wakes);
    }

    @Test
    void aLinkThatNobodyStartedCanBeClosed() {
        var ends = connect(node(), node());
        var in = FramePipe.on(ends.accepted());
        ends.dialed().close(DisconnectReason.STALE_CONNECTION, "not wanted");
        assertThat(in.closed().reason()).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        var late = FramePipe.on(ends.dialed());
        assertThat(late.closed().reason()).isEqualTo(DisconnectReason.STALE_CONNECTION);
        assertThat(late.wakes()).isZero();
    }

    @Test
    void aHandlerThatThrowsLosesItsLinkAlone() {
        var listener = node();
        var address = listener.listen(listenAddress());
        var dialer = node();
        var bad = dialer.connect(listener, address);
        var badFarEnd = FramePipe.on(listener.accepted());
        var good = FramePipe.on(dialer.connect(listener, address));
        var goodFarEnd = FramePipe.on(listener.accepted());
        var thrower =
                new FramePipe(bad) {
                    @Override
                    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
                        throw new IllegalStateException("planted");
                    }
                };
        bad.start(thrower);
        badFarEnd.send(Bytes.utf8("trigger"));
        assertThat(thrower.closed().reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
        badFarEnd.closed();
        good.send(Bytes.utf8("still here"));
        assertThat(goodFarEnd.receive()).isEqualTo(Bytes.utf8("still here"));
        goodFarEnd.send(Bytes.utf8("me too"));
        assertThat(good.receive()).isEqualTo(Bytes.utf8("me too"));
        assertThat(good.isClosed()).isFalse();
    }

    @Test
    void aClosedTransportEndsALinkWhosePeerLeftWhileItWasPaused() {
        var receiver = node();
        var ends = connect(node(), receiver);
        var paused =
                new FramePipe(ends.accepted()) {
                    @Override
                    public void onFrame(byte[] head, int offset, int length, Bytes rest) {
                        link().setReading(false);
                        super.onFrame(head, offset, length, rest);
                    }
                };
        ends.accepted().start(paused);
        var leaver = FramePipe.on(ends.dialed());
        leaver.send(Collections.nCopies(3, Bytes.wrap(randomBytes(60_000))));
        ends.dialed().close(DisconnectReason.STALE_CONNECTION, "not wanted");
        leaver.closed();
        assertThat(paused.receive().size()).isEqualTo(60_000);
        sleep(100); // for the news of the peer's end, which some systems tell before it is read
        receiver.close();
        assertThat(paused.closed().reason())
                .isIn(
                        DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                        DisconnectReason.CONNECTION_CLOSED);
    }

    @Test
    void aClosedTransportLeavesNoLinkDescriptorOrThread() throws Exception {
        var listener = node();
        var address = listener.listen(listenAddress());
        var before = descriptors();
        var threads = Thread.activeCount();
        var left = identity();
        var dialer = new TransportNode(provider(), left, new SettingsBuilder(left).threads(2));
        var out = FramePipe.on(dialer.connect(listener, address));
        var in = FramePipe.on(listener.accepted());
        var unstarted = dialer.connect(listener, address);
        var unstartedFarEnd = FramePipe.on(listener.accepted());
        assertThat(unstarted.info().peer()).isEqualTo(listener.identity().peer());
        dialer.listen(listenAddress());

        dialer.close();
        dialer.close();
        assertThat(out.closed().reason()).isEqualTo(DisconnectReason.REQUESTED_BY_PEER_MANAGER);
        assertThat(in.closed().reason()).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        assertThat(unstartedFarEnd.closed().reason()).isEqualTo(DisconnectReason.CONNECTION_CLOSED);
        eventually("threads end", () -> Thread.activeCount() <= threads);
        eventually("descriptors fall", () -> descriptors() <= before);
        assertThat(dialer.dialFails(listener.identity().peer(), address).reason())
                .isEqualTo(Reason.CANCELED);
    }
}
