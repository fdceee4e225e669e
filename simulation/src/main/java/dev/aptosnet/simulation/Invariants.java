package dev.aptosnet.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What must hold after every step, and what must hold once nothing is broken any more. */
final class Invariants {
    /** More would only repeat what the first ones say. */
    private static final int REPORTED = 20;

    /** With more nodes not every step is followed by a check, else a run would be all checks. */
    private static final int NODES_CHECKED_AT_EVERY_STEP = 24;

    private static final long GRACE_NANOS = 1_000_000_000L;

    /** Twice the longest delay before a dial, and a set-up that runs out of time. */
    private static final long LOCKED_OUT_NANOS = 150_000_000_000L;

    private final Run run;
    private final List<String> violations = new ArrayList<>();
    private List<String> linesAtFirst = List.of();
    private long steps;

    /** By pair: since when both can connect and are not seen to be; 0 while that is not so. */
    private final long[] apartSince;

    /**
     * @param nodes how many there are
     */
    Invariants(Run run, int nodes) {
        this.run = run;
        this.apartSince = new long[nodes * nodes];
    }

    /** Notes that something does not hold. */
    void broken(String what) {
        if (violations.isEmpty()) {
            linesAtFirst = run.world().trace().lastLines();
        }
        if (violations.size() < REPORTED) {
            violations.add(run.world().now().nanos() / 1_000_000 + " ms: " + what);
        }
    }

    /** Looks at the host whose turn it is. */
    void afterStep() {
        var hosts = run.network().hosts();
        var stepsPerCheck = hosts.size() <= NODES_CHECKED_AT_EVERY_STEP ? 1 : hosts.size();
        if (steps++ % stepsPerCheck == 0) {
            var host = hosts.get((int) (steps / stepsPerCheck % hosts.size()));
            checkLinks(host);
            checkNode(host);
            checkReach(host);
        }
    }

    /** Nobody is locked out for good who is trusted, lives and can be reached. */
    private void checkReach(Host host) {
        var hosts = run.network().hosts();
        var now = run.world().now().nanos();
        for (var peer : hosts) {
            var pair = host.index() * hosts.size() + peer.index();
            if (peer == host
                    || run.mesh().isConnected(host.index(), peer.index())
                    || !run.expects(host, peer)
                    || !run.expects(peer, host)
                    || !host.isAwake()
                    || !peer.isAwake()
                    || !run.network().isOpen(host, peer)
                    || !run.network().isOpen(peer, host)) {
                apartSince[pair] = 0;
            } else if (apartSince[pair] == 0) {
                apartSince[pair] = now + 1;
            } else if (now - apartSince[pair] > LOCKED_OUT_NANOS) {
                broken(host.index() + " and " + peer.index() + " are apart for no reason");
                apartSince[pair] = 0;
            }
        }
    }

    private void checkLinks(Host host) {
        var live = new boolean[run.network().hosts().size()];
        var conditions = run.network().conditions();
        for (var link : host.links()) {
            var info = link.info();
            var slack = info.maxFrameBytes() + 1024L;
            var written = link.channel().unacknowledged();
            if (written > 2L * conditions.maxUnsentBytes() + conditions.windowBytes() + slack) {
                broken(info.id() + " holds " + written + " unacknowledged bytes");
            }
            if (link.inboxBytes() > conditions.receiveBytes() + slack) {
                broken(info.id() + " holds " + link.inboxBytes() + " unread bytes");
            }
            if (link.isStarted() && host.isAwake()) {
                var peer = link.other().host().index();
                if (live[peer]) {
                    broken(host.index() + " has two live links to " + peer);
                }
                live[peer] = true;
            }
        }
    }

    private void checkNode(Host host) {
        var node = run.nodeOn(host);
        if (node == null || !host.isAwake()) {
            return;
        }
        for (var connection : node.connections()) {
            var due = connection.earliestDeadline();
            if (due.plusNanos(GRACE_NANOS).isBefore(run.world().now())) {
                broken("a call of " + connection.link().info().id() + " has no end");
            }
            if (connection.hasTooManyCalls()) {
                broken(connection.link().info().id() + " has too many open calls");
            }
            if (connection.link().isOpen() && node.isOverdue(connection)) {
                broken(
                        host.index()
                                + " keeps "
                                + connection.link().other().host().index()
                                + ", which it does not trust");
            }
        }
    }

    /** Nothing is broken, and the nodes had their time: all must be well. */
    void checkQuiet() {
        var hosts = run.network().hosts();
        for (var a : hosts) {
            for (var b : hosts) {
                if (a.index() < b.index()
                        && run.expects(a, b)
                        && !run.mesh().isConnected(a.index(), b.index())) {
                    broken(
                            a.index()
                                    + " and "
                                    + b.index()
                                    + " live, trust each other and do not agree on a link ("
                                    + run.mesh().wire(a.index(), b.index())
                                    + ", "
                                    + run.mesh().wire(b.index(), a.index())
                                    + ")");
                }
            }
        }
        for (var host : hosts) {
            checkLinks(host);
            checkNode(host);
            checkEnds(host);
        }
    }

    private void checkEnds(Host host) {
        var perPeer = new TreeMap<Integer, Integer>();
        for (var link : host.links()) {
            var peer = link.other().host().index();
            perPeer.merge(peer, 1, Integer::sum);
            if (!link.other().isOpen()) {
                broken(host.index() + " holds a link that " + peer + " has closed");
            }
            if (link.wire() != run.mesh().wire(host.index(), peer)) {
                broken(host.index() + " holds a link to " + peer + " that it does not use");
            }
        }
        var node = run.nodeOn(host);
        if (node != null && node.connectedPeers() != perPeer.size()) {
            broken(
                    host.index()
                            + " believes in "
                            + node.connectedPeers()
                            + " peers and has links to "
                            + perPeer.size());
        }
        perPeer.forEach(
                (peer, count) -> {
                    if (count > 1) {
                        broken(host.index() + " holds " + count + " links to " + peer);
                    }
                });
    }

    List<String> violations() {
        return violations;
    }

    /** The last events before the first violation. */
    List<String> lines() {
        return linesAtFirst;
    }
}
