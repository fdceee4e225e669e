package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.SourceStatus;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A source with a virtual thread of its own. Nothing that holds it up holds up another. */
abstract class RunningSource implements PeerSource {
    /** How long a source waits after a fault of its own. */
    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);

    private final SourceKind kind;
    private final String place;
    private final Clock clock;
    private final Optional<PeerId> mustList;

    private @Nullable Thread thread;
    private volatile @Nullable Outlet outlet;
    private volatile boolean closed;

    /**
     * @param place what is watched, for logs
     */
    RunningSource(SourceKind kind, String place, Clock clock, Optional<PeerId> mustList) {
        this.kind = kind;
        this.place = place;
        this.clock = clock;
        this.mustList = mustList;
    }

    /** What has to work before the source can be said to have started. */
    void open() {}

    /** Reads and waits, again and again, until it is interrupted. */
    abstract void run(Outlet outlet) throws InterruptedException;

    @Override
    public final SourceKind kind() {
        return kind;
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public final synchronized void start(Consumer<PeerView> sink) {
        if (closed || thread != null) {
            throw new IllegalStateException(
                    "discovery from " + place + (closed ? ": closed" : ": already started"));
        }
        open();
        var out = new Outlet(kind, place(), clock, mustList, sink);
        outlet = out;
        thread =
                Thread.ofVirtual()
                        .name("discovery " + place())
                        .start(
                                () -> {
                                    try {
                                        untilClosed(out);
                                    } catch (Throwable e) {
                                        out.failed(SourceFailure.INTERNAL, e.toString());
                                    }
                                });
    }

    @Override
    public final SourceStatus status() {
        var out = outlet;
        return out == null ? SourceStatus.STARTING : out.status();
    }

    @Override
    public final synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Whatever a reading throws is a failed reading: the source says so and begins again. */
    private void untilClosed(Outlet out) {
        try {
            while (!closed) {
                try {
                    run(out);
                    return;
                } catch (InterruptedException e) {
                    throw e;
                } catch (Throwable e) {
                    out.failed(SourceFailure.INTERNAL, e.toString());
                    Thread.sleep(AFTER_A_FAULT);
                }
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }
}
