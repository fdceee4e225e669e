package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Who are validators, and how that changes: at each change the eleventh part of all hosts leaves
 * and as many join. Nodes hear of it one after the other, within a moment. A host outside the set
 * runs and waits; one that left hears nothing, goes on as before, and ends a while later.
 */
final class Epochs {
    private static final Duration HEARING = Duration.ofMillis(300);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Run run;
    private final int share;
    private List<Host> members;
    private List<Host> others;

    Epochs(Run run) {
        this.run = run;
        var hosts = run.network().hosts();
        this.share = Math.max(1, hosts.size() / 11);
        this.members = List.copyOf(hosts.subList(0, hosts.size() - share));
        this.others = List.copyOf(hosts.subList(hosts.size() - share, hosts.size()));
        wantMembers();
    }

    private void wantMembers() {
        var now = new boolean[run.network().hosts().size()];
        members.forEach(host -> now[host.index()] = true);
        run.want((a, b) -> now[a.index()] && now[b.index()]);
    }

    private List<Host> leaving() {
        return members.subList(0, share);
    }

    private List<Host> joining() {
        return others.subList(0, share);
    }

    private List<Host> staying() {
        return members.subList(share, members.size());
    }

    private List<Host> next() {
        var next = new ArrayList<>(staying());
        next.addAll(joining());
        return next;
    }

    /** Tells those who stay and those who join what comes, and when. */
    void announce(Duration in) {
        var set = next();
        var expected = run.world().now().plus(in);
        for (var host : set) {
            soon(host, node -> node.announced(set, expected));
        }
    }

    /** What a node does when it hears. */
    private interface Hearing {
        void by(SimNode node);
    }

    private void soon(Host host, Hearing what) {
        run.in(
                Duration.ofNanos(run.random().nextLong(HEARING.toNanos())),
                () -> {
                    var node = run.nodeOn(host);
                    if (node != null) {
                        host.whenThawed(() -> what.by(node));
                    }
                });
    }

    /** Takes it back, and sees to it that nobody stays connected who should not be. */
    void revoke(String name) {
        var since = run.world().now();
        var ahead = joining();
        run.milestone(name + "connected_before", links(ahead, members));
        for (var host : next()) {
            soon(host, SimNode::revoked);
        }
        run.milestone(name + "gone_ms", awaitNone(since, ahead, members));
    }

    /** The epoch changes now. */
    void change(String name) {
        var since = run.world().now();
        var left = List.copyOf(leaving());
        var joined = List.copyOf(joining());
        var stayed = List.copyOf(staying());
        var newPairs = (long) share * stayed.size() + share * (share - 1L) / 2;
        var ready = links(joined, stayed) + links(joined);
        run.milestone(name + "preconnected_permille", 1000 * ready / newPairs);
        var keeps = new boolean[run.network().hosts().size()];
        stayed.forEach(host -> keeps[host.index()] = true);
        run.watchCalls((a, b) -> keeps[a.index()] && keeps[b.index()]);
        var before = wires(stayed);

        members = List.copyOf(next());
        others = concat(others.subList(share, others.size()), left);
        wantMembers();
        var set = members;
        set.forEach(host -> soon(host, node -> node.discovered(set)));

        var connected = await(since, () -> links(joined, stayed) + links(joined) == newPairs);
        run.milestone(name + "connected_ms", connected ? sinceMillis(since) : -1);
        run.milestone(name + "left_gone_ms", awaitNone(since, left, members));
        run.milestone(name + "failed_calls_of_staying", run.watchedFailures());
        run.milestone(name + "replaced_links_of_staying", different(before, wires(stayed)));
        // Those who left try to come back for a while.
        run.world().run(Duration.ofSeconds(20));
        run.milestone(name + "left_back", links(left, members));
        left.forEach(host -> run.crash(host, false));
        run.world().run(Duration.ofSeconds(1));
        left.forEach(run::start);
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private long awaitNone(MonoTime since, List<Host> some, List<Host> those) {
        return await(since, () -> ends(some, those) == 0) ? sinceMillis(since) : -1;
    }

    /** Looks only when the mesh has changed, since looking takes longer than most events. */
    private boolean await(MonoTime since, BooleanSupplier holds) {
        var changes = new long[] {-1};
        return run.world()
                .runUntil(
                        since.plus(LIMIT),
                        () -> {
                            var now = run.mesh().changes();
                            if (now == changes[0]) {
                                return false;
                            }
                            changes[0] = now;
                            return holds.getAsBoolean();
                        });
    }

    private long sinceMillis(MonoTime since) {
        return run.world().now().nanosSince(since) / 1_000_000;
    }

    private long links(List<Host> some, List<Host> others) {
        var links = 0L;
        for (var a : some) {
            for (var b : others) {
                if (run.mesh().isConnected(a.index(), b.index())) {
                    links++;
                }
            }
        }
        return links;
    }

    private long links(List<Host> among) {
        return links(among, among) / 2;
    }

    /** Ends of links between two groups, whoever believes in them. */
    private long ends(List<Host> some, List<Host> others) {
        var ends = 0L;
        for (var a : some) {
            for (var b : others) {
                ends += run.mesh().wire(a.index(), b.index()) >= 0 ? 1 : 0;
                ends += run.mesh().wire(b.index(), a.index()) >= 0 ? 1 : 0;
            }
        }
        return ends;
    }

    private long[] wires(List<Host> among) {
        var wires = new long[among.size() * among.size()];
        var next = 0;
        for (var a : among) {
            for (var b : among) {
                wires[next++] = run.mesh().wire(a.index(), b.index());
            }
        }
        return wires;
    }

    private static long different(long[] before, long[] after) {
        var different = 0L;
        for (var i = 0; i < before.length; i++) {
            different += before[i] == after[i] ? 0 : 1;
        }
        return different / 2;
    }
}
