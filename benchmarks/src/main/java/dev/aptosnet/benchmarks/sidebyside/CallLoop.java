package dev.aptosnet.benchmarks.sidebyside;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls over one link whose answers, on the reading thread, make the next calls. */
final class CallLoop<P> implements NearEnd.Loop, Answer {
    private final NearEnd<P> near;
    private final int link;
    private final Question question;
    private final P payload;
    private final int answerBytes;
    private final int inFlight;
    private final @Nullable Histogram latencies;
    private final CountDownLatch ended;
    private long sentAt;
    private long answered;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    /**
     * @param latencies takes nanoseconds; only for one call in flight
     */
    CallLoop(
            NearEnd<P> near,
            int link,
            Question question,
            P payload,
            int answerBytes,
            int inFlight,
            @Nullable Histogram latencies) {
        this.near = near;
        this.link = link;
        this.question = question;
        this.payload = payload;
        this.answerBytes = answerBytes;
        this.inFlight = inFlight;
        this.latencies = latencies;
        this.ended = new CountDownLatch(inFlight);
    }

    void start() {
        for (var i = 0; i < inFlight; i++) {
            next();
        }
    }

    private void next() {
        if (latencies != null) {
            sentAt = System.nanoTime();
        }
        near.call(link, question, payload, this);
    }

    @Override
    public void answered(int bytes, long number) {
        if (latencies != null) {
            latencies.recordValue(System.nanoTime() - sentAt);
        }
        if (bytes != answerBytes) {
            failed(new IllegalStateException("an answer of " + bytes + " bytes"));
            return;
        }
        answered++;
        if (stopped) {
            ended.countDown();
        } else {
            next();
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
            throw new TimeoutException("calls without an answer");
        }
        var why = failure;
        if (why != null) {
            throw new IllegalStateException("a call failed: " + why, why);
        }
        return answered;
    }
}
