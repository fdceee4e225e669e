package dev.aptosnet.benchmarks.sidebyside;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** One call to every peer; when all have answered, the next round. */
final class RoundLoop<P> implements NearEnd.Loop, Answer {
    private final NearEnd<P> near;
    private final int links;
    private final P payload;
    private final int answerBytes;
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private long rounds;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    RoundLoop(NearEnd<P> near, int links, P payload, int answerBytes) {
        this.near = near;
        this.links = links;
        this.payload = payload;
        this.answerBytes = answerBytes;
    }

    void start() {
        open.set(links);
        for (var link = 0; link < links; link++) {
            near.call(link, Question.ECHO, payload, this);
        }
    }

    @Override
    public void answered(int bytes, long number) {
        if (bytes != answerBytes) {
            failed(new IllegalStateException("an answer of " + bytes + " bytes"));
        } else if (open.decrementAndGet() == 0) {
            rounds++;
            if (stopped) {
                ended.countDown();
            } else {
                start();
            }
        }
    }

    @Override
    public void failed(Throwable why) {
        failure = why;
        ended.countDown();
    }

    @Override
    public long stop() throws Exception {
        stopped = true;
        if (!ended.await(60, TimeUnit.SECONDS)) {
            throw new TimeoutException("a round without all its answers");
        }
        var why = failure;
        if (why != null) {
            throw new IllegalStateException("a call failed: " + why, why);
        }
        return rounds;
    }
}
