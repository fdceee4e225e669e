package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.Clock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine, and the process on it. The machine can lose its power, the process can be frozen, end
 * and be started again; what was meant for an earlier process never reaches a later one.
 */
final class Host implements Clock {
    /** What the time of day was when virtual time began: 1 January 2026, in Unix milliseconds. */
    private static final long WALL_ORIGIN = 1_767_225_600_000L;

    private final World world;
    private final int index;
    private final Region region;
    private final PublicKey key;
    private final PeerId peer;
    private final NetworkAddress address;
    private final long uplinkBytesPerSecond;

    /** What a frozen process will find when it goes on. */
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

    private final List<VirtualLink> links = new ArrayList<>();
    private boolean powered = true;
    private boolean running;
    private boolean frozen;
    private int process;
    private long wallStepMillis;
    private MonoTime uplinkFreeAt = new MonoTime(0);

    Host(
            World world,
            int index,
            Region region,
            PublicKey key,
            NetworkAddress address,
            long uplinkBytesPerSecond) {
        this.world = world;
        this.index = index;
        this.region = region;
        this.key = key;
        this.peer = PeerId.derivedFrom(key);
        this.address = address;
        this.uplinkBytesPerSecond = uplinkBytesPerSecond;
    }

    /** Does something in the process as it is now, at a later time; nothing if it is gone. */
    World.Event post(MonoTime time, EventKind kind, long subject, Runnable action) {
        var meant = process;
        return world.at(
                time,
                kind,
                index,
                subject,
                () -> {
                    if (meant == process && running) {
                        whenThawed(action);
                    }
                });
    }

    /** Does something now, or when the process is no longer frozen. */
    void whenThawed(Runnable action) {
        if (frozen) {
            deferred.add(action);
        } else {
            action.run();
        }
    }

    /** When the last byte of so many has left, if they are sent now. */
    MonoTime transmit(int bytes) {
        var start = uplinkFreeAt.isBefore(world.now()) ? world.now() : uplinkFreeAt;
        uplinkFreeAt = start.plusNanos(transmitNanos(bytes));
        return uplinkFreeAt;
    }

    /** How long so many bytes take to leave. */
    long transmitNanos(long bytes) {
        return bytes * 1_000_000_000L / uplinkBytesPerSecond;
    }

    /** How many bytes leave in this time. */
    long transmittedIn(long nanos) {
        return (long) ((double) nanos * (double) uplinkBytesPerSecond / 1e9);
    }

    void started() {
        powered = true;
        running = true;
        process++;
    }

    /**
     * Ends the process.
     *
     * @param powerLoss whether the machine goes with it, so that nobody is told
     */
    void crash(boolean powerLoss) {
        powered = !powerLoss;
        running = false;
        frozen = false;
        process++;
        deferred.clear();
        for (var link : List.copyOf(links)) {
            link.crash(powerLoss);
        }
        links.clear();
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
        while (!deferred.isEmpty() && !frozen) {
            deferred.remove().run();
        }
        for (var link : List.copyOf(links)) {
            link.drain();
        }
    }

    /** Sets the clock on the wall forward or back. */
    void stepWall(long millis) {
        wallStepMillis += millis;
    }

    @Override
    public MonoTime now() {
        return world.now();
    }

    @Override
    public long wallMillis() {
        return WALL_ORIGIN + world.now().nanos() / 1_000_000 + wallStepMillis;
    }

    void add(VirtualLink link) {
        links.add(link);
    }

    void remove(VirtualLink link) {
        links.remove(link);
    }

    /** The ends of links that are here and not closed. */
    List<VirtualLink> links() {
        return links;
    }

    boolean isPowered() {
        return powered;
    }

    boolean isRunning() {
        return running;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** Whether the process can act. */
    boolean isAwake() {
        return running && !frozen;
    }

    /** Which process it is, counted from 1. */
    int process() {
        return process;
    }

    int index() {
        return index;
    }

    Region region() {
        return region;
    }

    PublicKey key() {
        return key;
    }

    PeerId peer() {
        return peer;
    }

    NetworkAddress address() {
        return address;
    }
}
