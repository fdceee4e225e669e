package dev.aptosnet.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Whose thread runs what, and in which order (ADR 0020). */
@Timeout(60)
class NodeLoopTest {
    private final Clock clock = Clock.system();
    private volatile MonoTime deadline = MonoTime.NEVER;
    private volatile boolean broken;
    private volatile boolean makesNoProgress;
    private final AtomicInteger turns = new AtomicInteger();
    private final CompletableFuture<Thread> timeReached = new CompletableFuture<>();
    private final NodeLoop loop = loop();

    private NodeLoop loop() {
        return new NodeLoop(
                "node-loop-test",
                clock,
                () -> {
                    if (broken) {
                        throw new IllegalStateException("planted");
                    }
                    return new NodeLoop.Deadline(deadline, "TEST");
                },
                () -> {
                    turns.incrementAndGet();
                    if (makesNoProgress) {
                        return;
                    }
                    deadline = MonoTime.NEVER;
                    timeReached.complete(Thread.currentThread());
                });
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void aPlatformThreadThatBringsATaskToAnIdleLoopRunsIt() throws Exception {
        loop.start();
        var ranOn = new AtomicReference<@Nullable Thread>();
        // The loop's own thread may have the turn at the very start.
        while (ranOn.get() != Thread.currentThread()) {
            assertThat(loop.post(() -> ranOn.set(Thread.currentThread()))).isTrue();
            Thread.sleep(1);
        }
    }

    @Test
    void anErrorInATaskDoesNotStopTheLoop() throws Exception {
        loop.start();
        var done = new CountDownLatch(1);
        Thread.startVirtualThread(
                        () -> {
                            loop.post(
                                    () -> {
                                        throw new AssertionError("planted");
                                    });
                            loop.post(done::countDown);
                        })
                .join();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aPartThatMakesNoProgressDoesNotSpinTheLoop() throws Exception {
        makesNoProgress = true;
        deadline = clock.now();
        loop.start();
        Thread.sleep(500);
        assertThat(turns.get()).isBetween(1, 2);
    }

    @Test
    void aVirtualThreadThatBringsATaskDoesNotRunIt() throws Exception {
        loop.start();
        var ranOn = new CompletableFuture<Thread>();
        Thread.startVirtualThread(() -> loop.post(() -> ranOn.complete(Thread.currentThread())));
        assertThat(ranOn.get(10, TimeUnit.SECONDS).isVirtual()).isFalse();
    }

    @Test
    void aTaskThatATaskPostsRunsAfterIt() throws Exception {
        loop.start();
        var order = new ArrayList<String>();
        var done = new CountDownLatch(1);
        loop.post(
                () -> {
                    loop.post(
                            () -> {
                                order.add("second");
                                done.countDown();
                            });
                    order.add("first");
                });
        done.await();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void tasksThatFollowFromTasksGoOnWithoutEnd() throws Exception {
        loop.start();
        var left = new int[] {10_000};
        var done = new CountDownLatch(1);
        loop.post(
                new Runnable() {
                    @Override
                    public void run() {
                        if (--left[0] == 0) {
                            done.countDown();
                        } else {
                            loop.post(this);
                        }
                    }
                });
        done.await();
        assertThat(left[0]).isZero();
    }

    @Test
    void oneTaskRunsAtATimeInTheOrderOfWhoeverPostsThem() throws Exception {
        loop.start();
        var posters = 4;
        var each = 10_000;
        var order = new ArrayList<int[]>();
        var done = new CountDownLatch(posters * each);
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < posters; i++) {
            var poster = i;
            threads.add(
                    Thread.startVirtualThread(
                            () -> {
                                for (var n = 0; n < each; n++) {
                                    var task = new int[] {poster, n};
                                    Runnable taken =
                                            () -> {
                                                order.add(task);
                                                done.countDown();
                                            };
                                    while (!loop.post(taken)) {
                                        Thread.onSpinWait();
                                    }
                                }
                            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        done.await();
        // The list has no lock: two at a time, or a turn unseen by the next, would show.
        assertThat(order).hasSize(posters * each);
        var next = new int[posters];
        for (var task : order) {
            assertThat(task[1]).isEqualTo(next[task[0]]++);
        }
    }

    @Test
    void aDeadlineThatATaskBringsForwardIsKeptByTheLoopsOwnThread() throws Exception {
        deadline = clock.now().plusNanos(TimeUnit.HOURS.toNanos(1));
        loop.start();
        Thread.sleep(20); // asleep by now, most likely
        loop.post(() -> deadline = clock.now().plusNanos(20_000_000));
        assertThat(timeReached.get().getName()).isEqualTo("node-loop-test");
    }

    @Test
    void whatComesBeforeTheStartWaitsForIt() throws Exception {
        var ran = new CompletableFuture<Thread>();
        loop.post(() -> ran.complete(Thread.currentThread()));
        assertThat(ran).isNotDone();
        loop.start();
        assertThat(ran.get().getName()).isEqualTo("node-loop-test");
    }

    @Test
    void aTaskThatFailsCostsItselfAlone() throws Exception {
        loop.start();
        loop.post(
                () -> {
                    throw new IllegalStateException("planted");
                });
        var ran = new CompletableFuture<Boolean>();
        loop.post(() -> ran.complete(true));
        assertThat(ran.get()).isTrue();
    }

    @Test
    void aLoopThatCannotTellWhatIsDueGoesOn() throws Exception {
        loop.start();
        broken = true;
        for (var i = 0; i < 10; i++) {
            var ran = new CompletableFuture<Boolean>();
            assertThat(loop.post(() -> ran.complete(true))).isTrue();
            assertThat(ran.get()).isTrue();
        }
        broken = false;
        loop.post(() -> deadline = clock.now());
        assertThat(timeReached.get().getName()).isEqualTo("node-loop-test");
    }

    @Test
    void aFullMailboxAndAnEndedLoopSaySo() throws Exception {
        loop.start();
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var holder =
                Thread.startVirtualThread(
                        () ->
                                loop.post(
                                        () -> {
                                            entered.countDown();
                                            try {
                                                release.await();
                                            } catch (InterruptedException e) {
                                                throw new IllegalStateException(e);
                                            }
                                        }));
        entered.await();
        var taken = new ArrayList<Boolean>();
        for (var i = 0; i < 65_537; i++) {
            taken.add(loop.post(() -> {}));
        }
        release.countDown();
        holder.join();
        loop.close();
        taken.add(loop.post(() -> {}));
        assertThat(taken.subList(0, 65_536)).doesNotContain(false);
        assertThat(taken.subList(65_536, 65_538)).isEqualTo(List.of(false, false));
    }
}
