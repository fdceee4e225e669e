package dev.aptosnet.benchmarks.sidebyside;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The end of a contestant that dials and makes the load. One thread commands it.
 *
 * @param <P> the form in which its application holds a payload
 */
interface NearEnd<P> {
    /** What the far end has to know of us before we dial; one word. */
    String credentials();

    /** A payload of so many bytes, made once and sent often. */
    P payload(int bytes);

    /**
     * Connects to every address and returns once each far end has proven itself and answered.
     *
     * @param addresses link 0 goes to the first, and so on
     */
    void connect(List<String> addresses) throws Exception;

    /** Closes all links and returns once they are closed. */
    void disconnect() throws Exception;

    /** Asks. Any thread. */
    void call(int link, Question question, P payload, Answer answer);

    /**
     * Sends one way over the first links, a message to each in turn, for so long and as fast as
     * they take it.
     *
     * @return how many messages have been handed over in all; not all of them may have left
     */
    long flood(int links, P payload, long nanos) throws Exception;

    /** Keeps calls in flight over a link until told to stop. */
    default Loop loop(
            int link,
            Question question,
            P payload,
            int answerBytes,
            int inFlight,
            @Nullable Histogram latencies) {
        var loop = new CallLoop<>(this, link, question, payload, answerBytes, inFlight, latencies);
        loop.start();
        return loop;
    }

    /** Closes all links and ends all threads. */
    void close() throws Exception;

    /** Load that goes on until it is stopped. */
    interface Loop {
        /** Lets what is in flight end, and returns how many calls were answered. */
        long stop() throws Exception;
    }
}
