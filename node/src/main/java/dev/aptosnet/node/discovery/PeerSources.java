package dev.aptosnet.node.discovery;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.discovery.LatestViews;
import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerSourceProvider;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceContext;
import dev.aptosnet.ports.discovery.SourceReport;
import dev.aptosnet.ports.transport.Clock;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The sources of peers that a node watches. Each pushes its newest view into a slot of its own, and
 * the node's loop takes what is there: a view is never lost and never waits twice.
 */
public final class PeerSources implements AutoCloseable {
    private final List<WatchedSource> sources = new ArrayList<>();
    private final LatestViews views;
    private final Clock clock;
    private final NetworkMetrics metrics;

    /**
     * Makes the sources; they are not started.
     *
     * @param wake called on a source's thread when there is something to {@link #take}
     * @throws IllegalArgumentException if nobody can watch one of them
     */
    public PeerSources(
            List<PeerSourceSettings> wanted, Clock clock, NetworkMetrics metrics, Runnable wake) {
        this.views = new LatestViews(wake);
        this.clock = clock;
        this.metrics = metrics;
        if (wanted.isEmpty()) {
            return;
        }
        var providers =
                ServiceLoader.load(PeerSourceProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        try {
            for (var settings : wanted) {
                add(source(settings, providers));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private PeerSource source(PeerSourceSettings settings, List<PeerSourceProvider> providers) {
        var context =
                new SourceContext(
                        clock,
                        new SplittableRandom(new SecureRandom().nextLong()),
                        NetworkAddressBcs::decodeList);
        return providers.stream()
                .filter(candidate -> candidate.supports(settings))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "discovery_methods: "
                                                + settings
                                                + " (expected: a jar with a source of this kind,"
                                                + " such as adapter-discovery)"))
                .create(settings, context);
    }

    private void add(PeerSource source) {
        if (sources.stream().anyMatch(other -> other.source().kind() == source.kind())) {
            source.close();
            throw new IllegalArgumentException(
                    "discovery_methods: two of kind " + source.kind().label() + " (expected: one)");
        }
        sources.add(new WatchedSource(source, clock));
    }

    /**
     * Begins to watch.
     *
     * @throws dev.aptosnet.ports.client.ConnectFailure if one has to listen and cannot
     */
    public void start() {
        for (var watched : sources) {
            watched.show(metrics);
            watched.source().start(views);
        }
    }

    /** Hands over the views that came since the last time, the most trusted source first. */
    public void take(Consumer<PeerView> consumer) {
        for (var view : views.take()) {
            consumer.accept(view);
            for (var watched : sources) {
                if (watched.source().kind() == view.source()) {
                    watched.taken(view, metrics);
                }
            }
        }
    }

    /** How each source is doing. Any thread. */
    public List<SourceReport> reports() {
        return sources.stream().map(WatchedSource::report).toList();
    }

    @Override
    public void close() {
        sources.forEach(watched -> watched.source().close());
    }
}
