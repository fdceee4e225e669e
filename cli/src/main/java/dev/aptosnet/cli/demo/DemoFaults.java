package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.DisconnectReason;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Stops and freezes nodes of a mesh, and takes the time until it is whole again. */
final class DemoFaults {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    /** Beyond what the health checker may take, since this process may be short of processors. */
    private static final Duration FREEZE_SLACK = Duration.ofSeconds(15);

    private static final Duration HEAL_LIMIT = Duration.ofSeconds(60);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(5);

    private final DemoMesh mesh;
    private final DemoSettings settings;
    private final DemoWatcher watcher;
    private final List<String> problems;

    /**
     * @param problems takes what goes wrong
     */
    DemoFaults(DemoMesh mesh, DemoSettings settings, DemoWatcher watcher, List<String> problems) {
        this.mesh = mesh;
        this.settings = settings;
        this.watcher = watcher;
        this.problems = problems;
    }

    /** Stops a node in order and starts it again; null if that did not end well. */
    @Nullable Outage stopAndStart(DemoNode victim) throws InterruptedException {
        excuse(victim);
        var stopped = begin(DemoEvent.Kind.STOPPED, victim);
        var closing = Thread.startVirtualThread(victim::close);
        var noticed = awaitNoticed(victim, stopped, STOP_LIMIT);
        closing.join();
        var started = begin(DemoEvent.Kind.STARTED, victim);
        mesh.startAgain(victim);
        return outage(victim, noticed, awaitHealed(victim, started));
    }

    /**
     * Holds the one thread of a node's sockets, so that its connections stay open and say nothing,
     * as when its process is stopped; null if that did not end well. Connections over QUIC have a
     * thread each, so every other node gives the order.
     */
    @Nullable Outage freezeAndThaw(DemoNode victim) throws InterruptedException {
        excuse(victim);
        for (var other : others(victim)) {
            other.freeze(victim);
        }
        var frozen = begin(DemoEvent.Kind.FROZEN, victim);
        Duration noticed;
        try {
            var health = settings.health();
            var slowest = health.interval().multipliedBy(2).plus(health.timeout());
            noticed = awaitNoticed(victim, frozen, slowest.plus(FREEZE_SLACK));
            if (noticed != null) {
                others(victim).forEach(node -> requireSilence(node, victim));
            }
        } finally {
            victim.thaw();
        }
        var thawed = begin(DemoEvent.Kind.THAWED, victim);
        return outage(victim, noticed, awaitHealed(victim, thawed));
    }

    private void requireSilence(DemoNode node, DemoNode victim) {
        var why = node.lossOf(victim.peerId());
        if (why != DisconnectReason.NETWORK_HEALTH_CHECK_FAILURE) {
            problems.add("a frozen node was lost by " + why + ", not by its silence");
        }
    }

    private void excuse(DemoNode victim) {
        // The victim itself may lose everybody, the others only the victim.
        victim.expectEnd();
        others(victim).forEach(node -> node.expectLossOf(victim.peerId()));
    }

    private long begin(DemoEvent.Kind kind, DemoNode victim) {
        watcher.onEvent(new DemoEvent(kind, victim.peerId(), Duration.ZERO));
        return System.nanoTime();
    }

    private List<DemoNode> others(DemoNode victim) {
        return mesh.nodes().stream()
                .filter(node -> !node.peerId().equals(victim.peerId()))
                .toList();
    }

    private @Nullable Duration awaitNoticed(DemoNode victim, long since, Duration limit)
            throws InterruptedException {
        var waiting = new ArrayList<>(others(victim));
        while (true) {
            waiting.removeIf(node -> node.lossOf(victim.peerId()) != null);
            var took = Duration.ofNanos(System.nanoTime() - since);
            if (waiting.isEmpty()) {
                watcher.onEvent(new DemoEvent(DemoEvent.Kind.NOTICED, victim.peerId(), took));
                return took;
            }
            if (took.compareTo(limit) > 0) {
                problems.add(
                        waiting.size()
                                + " nodes did not notice in "
                                + limit.toSeconds()
                                + " s that a node was gone");
                return null;
            }
            Thread.sleep(1);
        }
    }

    private @Nullable Duration awaitHealed(DemoNode victim, long since)
            throws InterruptedException {
        while (true) {
            if (mesh.isComplete() && allAnswer(victim)) {
                var took = Duration.ofNanos(System.nanoTime() - since);
                watcher.onEvent(new DemoEvent(DemoEvent.Kind.HEALED, victim.peerId(), took));
                return took;
            }
            if (System.nanoTime() - since > HEAL_LIMIT.toNanos()) {
                problems.add(
                        "the mesh has "
                                + mesh.links()
                                + " of "
                                + settings.fullMesh()
                                + " links "
                                + HEAL_LIMIT.toSeconds()
                                + " s after a node came back");
                return null;
            }
            Thread.sleep(5);
        }
    }

    /** Whether the node in the victim's place and all others answer each other. */
    private boolean allAnswer(DemoNode victim) throws InterruptedException {
        var back = mesh.node(victim.place().index());
        var calls = new ArrayList<Callable<Boolean>>();
        for (var other : others(victim)) {
            calls.add(() -> back.reaches(other.peerId(), CALL_LIMIT));
            calls.add(() -> other.reaches(back.peerId(), CALL_LIMIT));
        }
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answered : callers.invokeAll(calls)) {
                if (!answered.get()) {
                    return false;
                }
            }
        } catch (ExecutionException e) {
            problems.add("a call failed: " + e.getCause());
        }
        return true;
    }

    private static @Nullable Outage outage(
            DemoNode victim, @Nullable Duration noticed, @Nullable Duration healed) {
        return noticed == null || healed == null
                ? null
                : new Outage(victim.peerId(), noticed, healed);
    }
}
