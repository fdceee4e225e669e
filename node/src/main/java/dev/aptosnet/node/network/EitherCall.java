package dev.aptosnet.node.network;

import dev.aptosnet.node.metrics.HealthMetrics;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A call to one peer, and to a second one if the first is slow or fails. For one use. */
final class EitherCall<M> {
    private final Clock clock;
    private final HealthMetrics metrics;
    private final CompletableFuture<Given<M>> answer = new CompletableFuture<>();
    private final AtomicInteger failures = new AtomicInteger();

    /** The first answer, and which peer gave it. */
    private record Given<M>(M value, String by) {}

    EitherCall(Clock clock, HealthMetrics metrics) {
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Waits for the first answer.
     *
     * @param patience with the first alone
     * @param timeout for both
     */
    M ask(
            Duration patience,
            Duration timeout,
            Function<Duration, CompletableFuture<M>> first,
            Function<Duration, CompletableFuture<M>> second)
            throws InterruptedException {
        var until = clock.now().plus(timeout);
        var one = first.apply(timeout);
        try {
            return one.get(MonoTime.saturatedNanos(patience), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // The second is asked beside the first, or in its place.
        } catch (InterruptedException e) {
            one.cancel(false);
            throw e;
        }
        var left = until.nanosSince(clock.now());
        var two = second.apply(Duration.ofNanos(Math.max(left, 1)));
        listen(one, "first");
        listen(two, "second");
        try {
            var given = answer.get();
            metrics.hedged(given.by());
            return given.value();
        } catch (ExecutionException e) {
            metrics.hedged("neither");
            if (e.getCause() instanceof NetworkException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            one.cancel(false);
            two.cancel(false);
        }
    }

    private void listen(CompletableFuture<M> call, String name) {
        var _ =
                call.whenComplete(
                        (value, failure) -> {
                            if (failure == null) {
                                answer.complete(new Given<>(value, name));
                            } else if (failures.incrementAndGet() == 2) {
                                answer.completeExceptionally(
                                        failure.getCause() instanceof NetworkException why
                                                ? why
                                                : failure);
                            }
                        });
    }
}
