package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.SourceStatus;
import dev.aptosnet.ports.discovery.SourceStatus.Condition.Failing;
import dev.aptosnet.ports.discovery.SourceStatus.Condition.Working;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where readings become views: it keeps the last good one, passes on only what differs from it, and
 * knows how the source is doing. Readings are told by the source's thread; the status may be asked
 * for by any.
 */
final class Outlet {
    private static final System.Logger LOG = System.getLogger(Outlet.class.getName());

    /** A reason may repeat what it complains of; so many characters of it are kept. */
    private static final int MAX_REASON = 300;

    private final SourceKind kind;
    private final String place;
    private final Clock clock;
    private final Optional<PeerId> mustList;
    private final Consumer<PeerView> sink;

    private @Nullable PeerView last;
    private volatile SourceStatus status = SourceStatus.STARTING;

    /**
     * @param place what is watched, for logs
     * @param mustList a set without this peer counts as failed
     */
    Outlet(
            SourceKind kind,
            String place,
            Clock clock,
            Optional<PeerId> mustList,
            Consumer<PeerView> sink) {
        this.kind = kind;
        this.place = place;
        this.clock = clock;
        this.mustList = mustList;
        this.sink = sink;
    }

    SourceStatus status() {
        return status;
    }

    /**
     * A reading gave these peers.
     *
     * @param undecodable how many of them have addresses that could not be read
     * @param changedAt when that happened which made them so
     * @throws FailedReading if they cannot be taken; the caller reports it as any other
     */
    void read(Collection<DiscoveredPeer> peers, int undecodable, MonoTime changedAt)
            throws FailedReading {
        PeerView view;
        try {
            view = PeerView.of(kind, peers);
        } catch (IllegalArgumentException e) {
            throw FailedReading.malformed(e.getMessage() == null ? "not a set" : e.getMessage(), e);
        }
        if (mustList.isPresent() && view.find(mustList.get()).isEmpty()) {
            throw new FailedReading(
                    SourceFailure.NOT_LISTED,
                    "the set does not list this node (" + mustList.get() + ")");
        }
        var before = status;
        if (view.equals(last)) {
            succeeded(before.changedAt(), undecodable);
            return;
        }
        last = view;
        // The status goes first, so that whoever takes the view finds its time there.
        succeeded(Optional.of(changedAt), undecodable);
        pass(view);
    }

    /** A reading found the same as the last good one. */
    void unchanged() {
        succeeded(status.changedAt(), 0);
    }

    /** A reading failed; the view stays as it is. */
    void failed(FailedReading failure) {
        failed(failure.kind(), failure.reason());
    }

    /** The same, for a source that has no exception at hand. */
    void failed(SourceFailure kind, String why) {
        var reason = why.length() <= MAX_REASON ? why : why.substring(0, MAX_REASON) + "…";
        var before = status;
        var failing =
                before.condition() instanceof Failing f
                        ? new Failing(kind, reason, f.since(), f.inARow() + 1)
                        : new Failing(kind, reason, clock.now(), 1);
        status =
                new SourceStatus(
                        failing,
                        before.confirmedAt(),
                        before.changedAt(),
                        before.readings(),
                        more(before, kind, 1),
                        before.keyMismatch());
        if (failing.inARow() == 1) {
            LOG.log(Level.WARNING, "discovery from {0} fails: {1}", place, reason);
        }
    }

    /** What somebody sent was refused, which says nothing of the source. Counted, not shown. */
    void refused(SourceFailure kind) {
        var before = status;
        status =
                new SourceStatus(
                        before.condition(),
                        before.confirmedAt(),
                        before.changedAt(),
                        before.readings(),
                        more(before, kind, 1),
                        before.keyMismatch());
    }

    private void succeeded(Optional<MonoTime> changedAt, int undecodable) {
        var before = status;
        status =
                new SourceStatus(
                        new Working(),
                        Optional.of(clock.now()),
                        changedAt,
                        before.readings() + 1,
                        undecodable == 0
                                ? before.failures()
                                : more(before, SourceFailure.BAD_ADDRESSES, undecodable),
                        before.keyMismatch());
        if (before.condition() instanceof Failing) {
            LOG.log(Level.INFO, "discovery from {0} works again", place);
        }
    }

    private static Map<SourceFailure, Long> more(
            SourceStatus before, SourceFailure kind, int count) {
        var failures = new EnumMap<SourceFailure, Long>(SourceFailure.class);
        failures.putAll(before.failures());
        failures.merge(kind, (long) count, Long::sum);
        return failures;
    }

    /** Notes whether the view in force lists {@code self} without {@code key}. */
    void compareKeys(PeerId self, PublicKey key) {
        var listed = last == null ? Optional.<DiscoveredPeer>empty() : last.find(self);
        var mismatch = listed.isPresent() && !listed.get().keys().contains(key);
        var before = status;
        status =
                new SourceStatus(
                        before.condition(),
                        before.confirmedAt(),
                        before.changedAt(),
                        before.readings(),
                        before.failures(),
                        mismatch);
        if (mismatch && !before.keyMismatch()) {
            LOG.log(
                    Level.ERROR,
                    "{0} lists this node ({1}) without its key {2}: peers will refuse it",
                    place,
                    self,
                    key);
        }
    }

    /** A sink that throws is at fault itself; the source lives on. */
    private void pass(PeerView view) {
        try {
            sink.accept(view);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a view from " + place + " was not taken", e);
        }
    }
}
