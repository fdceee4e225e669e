package dev.aptosnet.bootstrap.runtime;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.discovery.LatestViews;
import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerSourceProvider;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceContext;
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
final class Discovery implements AutoCloseable {
    private final List<PeerSource> sources = new ArrayList<>();
    private final LatestViews views;

    /**
     * Makes the sources; they are not started.
     *
     * @param wake called on a source's thread when there is something to {@link #take}
     * @throws IllegalArgumentException if nobody can watch one of them
     */
    Discovery(List<PeerSourceSettings> wanted, Clock clock, Runnable wake) {
        this.views = new LatestViews(wake);
        if (wanted.isEmpty()) {
            return;
        }
        var providers =
                ServiceLoader.load(PeerSourceProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
        for (var settings : wanted) {
            var context =
                    new SourceContext(
                            clock,
                            new SplittableRandom(new SecureRandom().nextLong()),
                            NetworkAddressBcs::decodeList);
            var provider =
                    providers.stream()
                            .filter(candidate -> candidate.supports(settings))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "discovery_methods: "
                                                            + settings
                                                            + " (expected: a jar with a source of"
                                                            + " this kind, such as"
                                                            + " adapter-discovery)"));
            var source = provider.create(settings, context);
            if (sources.stream().anyMatch(other -> other.kind() == source.kind())) {
                source.close();
                throw new IllegalArgumentException(
                        "discovery_methods: two of kind "
                                + source.kind().label()
                                + " (expected: one)");
            }
            sources.add(source);
        }
    }

    void start() {
        sources.forEach(source -> source.start(views));
    }

    /** Hands over the views that came since the last time, the most trusted source first. */
    void take(Consumer<PeerView> consumer) {
        views.take().forEach(consumer);
    }

    @Override
    public void close() {
        sources.forEach(PeerSource::close);
    }
}
