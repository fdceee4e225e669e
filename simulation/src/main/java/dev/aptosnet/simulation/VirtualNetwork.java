package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** The hosts, the ways between them, and what is broken at the moment. */
final class VirtualNetwork {
    /** How long a sender's retransmission timer can have grown in an outage. */
    private static final long LONGEST_BACKOFF_NANOS = 20_000_000_000L;

    private final World world;
    private final Conditions conditions;
    private final EventCounts tally;
    private final SplittableRandom delays;
    private final SplittableRandom luck;
    private final List<Host> hosts = new ArrayList<>();
    private final TreeMap<String, Host> byAddress = new TreeMap<>();

    /** By host: its transport while a process has one open. */
    private final TreeMap<Integer, VirtualTransport> transports = new TreeMap<>();

    /** Directions that wait for a way to open. */
    private final Set<Channel> held = new LinkedHashSet<>();

    /** The same for all, or -1 for what the regions say. */
    private long flatNanos = -1;

    /** By host. */
    private final TreeMap<Integer, Long> farther = new TreeMap<>();

    private @Nullable DialWatch watch;
    private BiPredicate<Host, Host> broken = (_, _) -> false;
    private long nextWire;

    VirtualNetwork(World world, Conditions conditions, EventCounts tally) {
        this.world = world;
        this.conditions = conditions;
        this.tally = tally;
        this.delays = world.newRandom();
        this.luck = world.newRandom();
    }

    void add(Host host) {
        hosts.add(host);
        byAddress.put(host.address().toString(), host);
    }

    /** A transport for the process that now runs on a host. */
    VirtualTransport transport(Host host, TransportSettings settings) {
        var transport = new VirtualTransport(this, host, settings);
        transports.put(host.index(), transport);
        return transport;
    }

    @Nullable VirtualTransport transportOf(Host host) {
        return host.isRunning() ? transports.get(host.index()) : null;
    }

    @Nullable Host find(NetworkAddress address) {
        return byAddress.get(address.toString());
    }

    /** How long the next packet takes one way. */
    long oneWayNanos(Host from, Host to) {
        var base =
                (flatNanos >= 0 ? flatNanos : from.region().roundTripMillis(to.region()) * 500_000L)
                        + farther.getOrDefault(from.index(), 0L)
                        + farther.getOrDefault(to.index(), 0L);
        return base + (long) (base * conditions.jitter() * delays.nextDouble());
    }

    /** What a host is farther away than its region says, each way. */
    void delay(Host host, Duration more) {
        farther.put(host.index(), more.toNanos());
    }

    /** How a probe ends. */
    interface ProbeEnd {
        /** Null if nothing answered. */
        void after(@Nullable Duration took);
    }

    /** Opens a socket and closes it: there and back once, if a process listens. */
    void probe(Host from, NetworkAddress address, Duration limit, long id, ProbeEnd end) {
        var to = find(address);
        var took =
                to != null && isOpen(from, to) && transportOf(to) != null
                        ? oneWayNanos(from, to) + oneWayNanos(to, from)
                        : Long.MAX_VALUE;
        var answered = took <= limit.toNanos();
        world.in(
                answered ? took : limit.toNanos(),
                EventKind.SETUP,
                from.index(),
                id,
                () -> end.after(answered ? Duration.ofNanos(took) : null));
    }

    /** Notes all dials from now on. */
    DialWatch watchDials() {
        watch = new DialWatch(hosts.size());
        return watch;
    }

    void dialBegan(Host from, Host to) {
        if (watch != null) {
            watch.dialed(from.index(), to.index(), world.now().nanos());
        }
    }

    void dialEnded(Host from, Host to) {
        if (watch != null) {
            watch.ended(from.index(), to.index());
        }
    }

    /** From now on all are equally far from each other. */
    void flatten(Duration oneWay) {
        flatNanos = oneWay.toNanos();
    }

    /** Whether packets get through at the moment; also to a host whose process is gone. */
    boolean isOpen(Host from, Host to) {
        return to.isPowered() && !broken.test(from, to);
    }

    /** Stops the packets from one host to another for which this holds. */
    void breakWays(BiPredicate<Host, Host> which) {
        broken = which;
    }

    /** Everything gets through again. */
    void heal() {
        breakWays((_, _) -> false);
        release();
    }

    /** Lets go on what can go on: after a repair, or when a host has power again. */
    void release() {
        for (var channel : List.copyOf(held)) {
            if (channel.mayGoOn()) {
                held.remove(channel);
                // The sender tries again when its timer says so, and that has grown meanwhile.
                var outage = world.now().nanosSince(channel.heldSince());
                channel.goOn(1 + luck.nextLong(1 + Math.min(outage, LONGEST_BACKOFF_NANOS)));
            }
        }
    }

    void hold(Channel channel) {
        held.add(channel);
    }

    void forget(Channel channel) {
        held.remove(channel);
    }

    /** Whether a dial fails for no reason of ours. */
    boolean isUnlucky() {
        return luck.nextDouble() < conditions.dialFailures();
    }

    long newWire() {
        return nextWire++;
    }

    World world() {
        return world;
    }

    Conditions conditions() {
        return conditions;
    }

    EventCounts tally() {
        return tally;
    }

    List<Host> hosts() {
        return hosts;
    }
}
