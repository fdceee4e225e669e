package dev.aptosnet.benchmarks.sidebyside;

/** Hears how a call ended; exactly one of the two, once, on the thread that reads the socket. */
interface Answer {
    /**
     * The answer came.
     *
     * @param bytes how many it has
     * @param number its first eight bytes where it has just eight, else 0
     */
    void answered(int bytes, long number);

    /** It did not. */
    void failed(Throwable why);
}
