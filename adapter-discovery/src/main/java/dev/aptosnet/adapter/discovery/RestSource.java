package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.PeerSourceSettings.RestDiscovery;
import dev.aptosnet.ports.discovery.SourceContext;
import dev.aptosnet.ports.discovery.SourceKind;

import java.time.Duration;

/**
 * The validator set at a REST endpoint (behaviour.md section 14.7, improvements.md I-15): asked for
 * every {@code interval}, at once again by an endpoint that holds its answer back until there is
 * something new, and ever more seldom by one that fails.
 */
final class RestSource extends RunningSource {
    /** An endpoint that says it holds answers back is asked no more often than this. */
    private static final Duration SHORTEST_LONG_POLL = Duration.ofSeconds(1);

    private final RestDiscovery settings;
    private final SourceContext context;
    private final Backoff backoff;

    RestSource(RestDiscovery settings, SourceContext context) {
        // A query may hold a key of the operator's, and does not belong into logs.
        super(SourceKind.REST, settings.url().getHost(), context.clock(), settings.mustList());
        this.settings = settings;
        this.context = context;
        this.backoff = new Backoff(context.random());
    }

    @Override
    void run(Outlet outlet) throws InterruptedException {
        try (var endpoint = new Endpoint(settings.url(), settings.timeout(), settings.maxBytes())) {
            while (true) {
                var started = System.nanoTime();
                Duration wait;
                try {
                    var heldBack = read(endpoint, outlet);
                    var took = Duration.ofNanos(System.nanoTime() - started);
                    wait =
                            heldBack && took.compareTo(SHORTEST_LONG_POLL) > 0
                                    ? Duration.ZERO
                                    : settings.interval();
                    backoff.succeeded();
                } catch (FailedReading e) {
                    outlet.failed(e);
                    wait = backoff.failed(started, System.nanoTime());
                }
                Thread.sleep(wait);
            }
        }
    }

    private boolean read(Endpoint endpoint, Outlet outlet)
            throws FailedReading, InterruptedException {
        var answer = endpoint.ask();
        var answeredAt = context.clock().now();
        if (answer.body().isEmpty()) {
            outlet.unchanged();
            return answer.heldBack();
        }
        var set = ValidatorSetText.read(answer.body().get());
        var peers =
                ValidatorPeers.of(
                        set,
                        settings.network(),
                        settings.validatorPfnConnections(),
                        context.addresses());
        outlet.read(peers.peers(), peers.undecodable(), answeredAt);
        endpoint.accepted(answer);
        return answer.heldBack();
    }
}
