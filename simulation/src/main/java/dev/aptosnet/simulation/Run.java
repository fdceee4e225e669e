package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/** One run: its world, its hosts and their nodes, what a script may do to them, and the counts. */
final class Run {
    private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(100);

    private final SimSettings settings;
    private final World world;
    private final VirtualNetwork network;
    private final EventCounts tally = new EventCounts();
    private final Mesh mesh;
    private final Invariants invariants;
    private final RoundTrips roundTrips = new RoundTrips();
    private final Timeline timeline = new Timeline();
    private final Map<String, Long> milestones = new LinkedHashMap<>();
    private final TreeMap<PeerId, Host> trusted = new TreeMap<>();
    private final List<@Nullable SimNode> nodes = new ArrayList<>();
    private final BiFunction<Run, Host, SimNode> make;
    private final Tuning tuning;
    private final SplittableRandom script;
    private final int[] dialsThisSecond;
    private final long[] second;
    private int mostDialsInASecond;
    private BiPredicate<Host, Host> wanted = (_, _) -> true;
    private int wantedPairs;
    private BiPredicate<Host, Host> watched = (_, _) -> true;
    private long watchedFailures;
    private BiConsumer<Host, PeerId> onNoticed = (_, _) -> {};

    Run(SimSettings settings, BiFunction<Run, Host, SimNode> make) {
        this(settings, Tuning.DEFAULT, make);
    }

    Run(SimSettings settings, Tuning tuning, BiFunction<Run, Host, SimNode> make) {
        this.settings = settings;
        this.tuning = tuning;
        this.make = make;
        this.world = new World(settings.seed());
        this.script = world.newRandom();
        this.network = new VirtualNetwork(world, settings.conditions(), tally);
        this.mesh = new Mesh(settings.nodes());
        this.invariants = new Invariants(this, settings.nodes());
        this.dialsThisSecond = new int[settings.nodes()];
        this.second = new long[settings.nodes()];
        var keys = world.newRandom();
        var regions = Region.values();
        Collections.shuffle(Arrays.asList(regions), Random.from(keys));
        for (var index = 0; index < settings.nodes(); index++) {
            addHost(index, regions[index % regions.length], keys);
        }
        want((_, _) -> true);
        world.afterStep(invariants::afterStep);
        sample();
    }

    private void addHost(int index, Region region, SplittableRandom keys) {
        var key = new byte[PublicKey.LENGTH];
        keys.nextBytes(key);
        var publicKey = PublicKey.of(key);
        byte[] ip = {10, 0, (byte) (index >> 8), (byte) index};
        var host =
                new Host(
                        world,
                        index,
                        region,
                        publicKey,
                        NetworkAddress.ofTcp(ip, 6180).withKey(publicKey),
                        settings.conditions().uplinkBytesPerSecond());
        network.add(host);
        trusted.put(host.peer(), host);
        nodes.add(null);
    }

    private void sample() {
        timeline.sample(world.now(), mesh.pairs());
        world.in(SAMPLE_INTERVAL.toNanos(), EventKind.SCRIPT, -1, mesh.pairs(), this::sample);
    }

    // ---- what a script does

    /** Which pairs are to connect; all unless told otherwise. */
    void want(BiPredicate<Host, Host> pairs) {
        wanted = pairs;
        wantedPairs = 0;
        for (var a : network.hosts()) {
            for (var b : network.hosts()) {
                if (a.index() < b.index() && wanted.test(a, b)) {
                    wantedPairs++;
                }
            }
        }
    }

    /** Which failed calls of the application are counted, by caller and peer; from now on. */
    void watchCalls(BiPredicate<Host, Host> pairs) {
        watched = pairs;
        watchedFailures = 0;
    }

    /** How many there were. */
    long watchedFailures() {
        return watchedFailures;
    }

    /** What is done when a node holds a peer for silent. */
    void whenNoticed(BiConsumer<Host, PeerId> then) {
        onNoticed = then;
    }

    /** Notes a figure of the scenario. */
    void milestone(String name, long value) {
        milestones.put(name, value);
    }

    /** A figure of the scenario; -1 for what did not come to pass. */
    long milestoneValue(String name) {
        return milestones.getOrDefault(name, -1L);
    }

    /** Does something at a later time. */
    void in(Duration length, Runnable action) {
        world.in(length.toNanos(), EventKind.SCRIPT, -1, 0, action);
    }

    /** Starts a process, if none runs. */
    void start(Host host) {
        if (!host.isRunning()) {
            host.started();
            network.release();
            var node = make.apply(this, host);
            nodes.set(host.index(), node);
            host.post(
                    world.now(),
                    EventKind.BOOT,
                    host.process(),
                    () ->
                            node.start(
                                    network.hosts().stream()
                                            .filter(peer -> wanted.test(host, peer))
                                            .toList()));
        }
    }

    /** Ends a process; with {@code powerLoss} nobody is told. */
    void crash(Host host, boolean powerLoss) {
        host.crash(powerLoss);
        nodes.set(host.index(), null);
        mesh.clear(host.index());
    }

    /** Starts every process at some time within {@code spread}. */
    void startAll(Duration spread) {
        for (var host : network.hosts()) {
            in(Duration.ofNanos(script.nextLong(1 + spread.toNanos())), () -> start(host));
        }
    }

    /** Waits until all is connected; notes how long it took since {@code since}. */
    boolean awaitSettled(String milestone, MonoTime since, Duration limit) {
        var settled = world.runUntil(world.now().plus(limit), this::isSettled);
        milestones.put(milestone, settled ? world.now().nanosSince(since) / 1_000_000 : -1);
        return settled;
    }

    /** Whether every wanted pair is connected and no other link is left anywhere. */
    boolean isSettled() {
        return tally.openEnds == 2L * mesh.pairs() && mesh.pairs() == wantedPairs;
    }

    /** Lets all checks of a quiet network be made, and closes the books. */
    Outcome finish(String scenario) {
        invariants.checkQuiet();
        milestones.put("peak_dials_per_node_second", (long) mostDialsInASecond);
        timeline.sample(world.now(), mesh.pairs());
        return new Outcome(
                scenario,
                settings,
                world.trace().hash(),
                world.trace().events(),
                Duration.ofNanos(world.now().nanos()),
                mesh.pairs(),
                wantedPairs,
                Collections.unmodifiableMap(milestones),
                Collections.unmodifiableMap(tally.values()),
                List.copyOf(invariants.violations()),
                List.copyOf(invariants.lines()),
                Plots.of(scenario, settings, timeline, wantedPairs, world.now(), roundTrips));
    }

    // ---- what nodes and checks ask

    Tuning tuning() {
        return tuning;
    }

    /** A call of the application has failed. */
    void callFailed(Host caller, Host peer) {
        if (watched.test(caller, peer)) {
            watchedFailures++;
        }
    }

    /** A node holds a peer for silent. */
    void noticed(Host host, PeerId peer) {
        tally.silentPeers++;
        onNoticed.accept(host, peer);
    }

    void dialed(int host) {
        var now = world.now().nanos() / 1_000_000_000L;
        if (second[host] != now) {
            second[host] = now;
            dialsThisSecond[host] = 0;
        }
        mostDialsInASecond = Math.max(mostDialsInASecond, ++dialsThisSecond[host]);
    }

    /** Whether a pair has to be connected in the end. */
    boolean expects(Host a, Host b) {
        return a.isRunning() && b.isRunning() && wanted.test(a, b);
    }

    @Nullable SimNode nodeOn(Host host) {
        return nodes.get(host.index());
    }

    Host randomHost() {
        return network.hosts().get(script.nextInt(network.hosts().size()));
    }

    SplittableRandom random() {
        return script;
    }

    World world() {
        return world;
    }

    VirtualNetwork network() {
        return network;
    }

    EventCounts tally() {
        return tally;
    }

    Mesh mesh() {
        return mesh;
    }

    Invariants invariants() {
        return invariants;
    }

    RoundTrips roundTrips() {
        return roundTrips;
    }

    Timeline timeline() {
        return timeline;
    }

    Map<PeerId, Host> trusted() {
        return trusted;
    }
}
