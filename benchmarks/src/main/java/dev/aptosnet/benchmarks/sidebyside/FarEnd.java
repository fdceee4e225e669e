package dev.aptosnet.benchmarks.sidebyside;

import java.util.List;

/** The end of a contestant that listens and answers. */
interface FarEnd {
    /**
     * Hosts so many peers, each with a port and a reading thread of its own, as if each were a
     * process of its own; those hosted before are closed.
     *
     * @param credentials what the near end says of itself
     * @return where each can be dialed
     */
    List<String> listen(int peers, String credentials) throws Exception;

    /** Closes all that listens and ends all threads. */
    void close() throws Exception;
}
