package dev.aptosnet.adapter.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.discovery.PeerSource;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.SourceContext;
import dev.aptosnet.ports.discovery.SourceStatus;
import dev.aptosnet.ports.discovery.SourceStatus.Condition.Failing;
import dev.aptosnet.ports.discovery.SourceStatus.Condition.Working;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** A started source, and the views that came out of it. */
final class Views implements AutoCloseable {
    static final Clock CLOCK = Clock.system();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final PeerSource source;
    private final LinkedBlockingQueue<PeerView> views = new LinkedBlockingQueue<>();

    Views(PeerSourceSettings settings) {
        source = new DiscoveryProvider().create(settings, context(17));
        source.start(views::add);
    }

    static SourceContext context(long seed) {
        return new SourceContext(CLOCK, new Random(seed), NetworkAddressBcs::decodeList);
    }

    /** The next view; fails if there is none for long. */
    PeerView next() throws InterruptedException {
        @Nullable PeerView view = views.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (view == null) {
            throw new AssertionError("no view; " + source.status());
        }
        return view;
    }

    /** The first view from here on that is as wanted. */
    PeerView nextThat(Predicate<PeerView> wanted) throws InterruptedException {
        while (true) {
            var view = next();
            if (wanted.test(view)) {
                return view;
            }
        }
    }

    void assertNoMore() {
        assertThat(views).isEmpty();
    }

    /** Waits until the source fails, and gives the reason. */
    Failing failing(Predicate<String> reason) throws InterruptedException {
        until(
                () ->
                        source.status().condition() instanceof Failing failing
                                && reason.test(failing.reason()));
        return (Failing) source.status().condition();
    }

    SourceStatus working() throws InterruptedException {
        until(() -> source.status().condition() instanceof Working);
        return source.status();
    }

    /** Waits until so many good readings were made. */
    void readings(long count) throws InterruptedException {
        until(() -> source.status().readings() >= count);
    }

    void until(BooleanSupplier condition) throws InterruptedException {
        var since = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - since > PATIENCE.toNanos()) {
                throw new AssertionError("waited in vain; " + source.status());
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
