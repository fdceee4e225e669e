package dev.aptosnet.ports.discovery;

import java.util.function.Consumer;

/**
 * Watches one place where peers are listed. Nothing flows back: views go out, and the last good one
 * stays in force through every failure, which {@link #status} tells of. Safe for any thread.
 */
public interface PeerSource extends AutoCloseable {
    /** Which kind its views are of. */
    SourceKind kind();

    /**
     * What is watched, for logs and whoever asks: a file, a host, an address that is listened at.
     * No secrets.
     */
    String place();

    /**
     * Begins to watch; returns at once. The first reading is made without delay.
     *
     * @param sink takes each view that differs from the one before, on the source's own thread and
     *     one after the other; must not block, see {@link LatestViews}
     * @throws IllegalStateException if it was started or closed before
     * @throws dev.aptosnet.ports.client.ConnectFailure if it has to listen somewhere and cannot
     */
    void start(Consumer<PeerView> sink);

    /** How it is doing, at this moment. */
    SourceStatus status();

    /** Ends it. At most one view, which was on its way, may still reach the sink. */
    @Override
    void close();
}
