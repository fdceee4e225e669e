package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.testkit.FramePipe;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.File;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

/**
 * Connections that come and go, and dials that are given up at any moment, leave nothing behind:
 * both ends live in this process, so each descriptor and thread of either counts. {@code
 * -Dquic.connects=2000} for the full number.
 */
@EnabledOnOs(OS.LINUX)
class ConnectsLeaveNothingTest {
    private static final int CONNECTS = Integer.getInteger("quic.connects", 40);
    private static final long SEED = 2000;

    /** Longer than the library remembers a connection that nobody finished. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Random random = new Random(SEED);

    /** What a process has of everything. */
    private record Held(int descriptors, int threads, long directBytes, long heapBytes) {
        static Held now() {
            System.gc();
            var runtime = Runtime.getRuntime();
            return new Held(
                    Objects.requireNonNull(new File("/proc/self/fd").list()).length,
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                            .filter(pool -> pool.getName().equals("direct"))
                            .mapToLong(BufferPoolMXBean::getMemoryUsed)
                            .sum(),
                    runtime.totalMemory() - runtime.freeMemory());
        }

        /** Not more than before, but for what the machine itself starts now and then. */
        boolean isLike(Held before) {
            return descriptors <= before.descriptors + 2
                    && threads <= before.threads + 4
                    && directBytes <= before.directBytes + (1 << 20)
                    && heapBytes <= before.heapBytes + (16 << 20);
        }
    }

    @Test
    void connectsAndCanceledDialsLeaveNothingBehind() throws InterruptedException {
        try (var listener = node();
                var dialer = node()) {
            var address = listener.listen(NetworkAddress.parse("/ip4/127.0.0.1/quic/0"));
            run(20, listener, dialer, address);
            var before = settled(null);
            var begun = System.nanoTime();
            run(CONNECTS, listener, dialer, address);
            var took = Duration.ofNanos(System.nanoTime() - begun);
            var after = settled(before);
            if (CONNECTS >= 2000) {
                System.out.println(took + "\nbefore " + before + "\nafter  " + after);
            }
            assertThat(after).matches(held -> held.isLike(before), "like " + before);
        }
    }

    private TransportNode node() {
        var identity = TestIdentity.next(random);
        return new TransportNode(
                new QuicTransportProvider(),
                identity,
                new SettingsBuilder(identity).maxPending(100_000, 100_000));
    }

    private void run(int times, TransportNode listener, TransportNode dialer, NetworkAddress to)
            throws InterruptedException {
        for (var i = 0; i < times; i++) {
            if (i % 2 == 0) {
                var out = FramePipe.on(dialer.connect(listener, to));
                out.link().close(DisconnectReason.STALE_CONNECTION, "test");
                assertThat(out.closed().reason()).isEqualTo(DisconnectReason.STALE_CONNECTION);
            } else {
                var id = dialer.dial(listener.identity().peer(), to);
                Thread.sleep(random.nextInt(40));
                dialer.transport().cancel(id);
                if (dialer.await(TransportEvent.class) instanceof TransportEvent.Dialed done) {
                    close(done.link());
                }
            }
            closeAccepted(listener);
        }
        Thread.sleep(1000);
        closeAccepted(listener);
    }

    private static void closeAccepted(TransportNode listener) {
        for (var event = listener.poll(); event != null; event = listener.poll()) {
            if (event instanceof TransportEvent.Accepted(var _, Link link)) {
                close(link);
            }
        }
    }

    private static void close(Link link) {
        FramePipe.on(link).link().close(DisconnectReason.STALE_CONNECTION, "test");
    }

    /** Waits until nothing is let go any more, or all of it is. */
    private static Held settled(@Nullable Held before) throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        var held = Held.now();
        for (var same = 0; System.nanoTime() < end; ) {
            if (before == null ? same == 5 : held.isLike(before)) {
                return held;
            }
            Thread.sleep(1000);
            var next = Held.now();
            same =
                    next.threads < held.threads || next.descriptors < held.descriptors
                            ? 0
                            : same + 1;
            held = next;
        }
        return held;
    }
}
