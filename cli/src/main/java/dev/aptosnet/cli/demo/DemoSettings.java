package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.settings.HealthSettings;

import java.time.Duration;

/**
 * What a demo shall be. The load does not grow with the number of links: the more there are, the
 * less often each is used.
 *
 * @param nodes how many, 2 to 256
 * @param sending how long votes, transactions and chunks are sent once the mesh is complete
 * @param transport what the links run over
 * @param suite the only cipher suite of all nodes
 * @param faults whether one node is stopped and started, and another frozen and thawed, after that
 */
public record DemoSettings(
        int nodes, Duration sending, DemoTransport transport, CipherSuite suite, boolean faults) {
    /** The most nodes; their threads and links share one process. */
    public static final int MAX_NODES = 256;

    /** Up to so many nodes are pinged more often than usual, so that nobody has to wait long. */
    private static final int FEW_NODES = 16;

    private static final Duration PING_INTERVAL = Duration.ofMillis(2500);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int VOTES_PER_SECOND = 2_000;
    private static final int TRANSACTIONS_PER_SECOND = 4_000;

    /**
     * Over QUIC a message takes four to six times the processor time that it takes over TCP
     * (docs/quic.md), and more where many threads wait for their turn. So there is a quarter of
     * them, chunks are small, and nobody is taken for silent who is only slow.
     */
    private static final int QUIC_PART = 4;

    private static final Duration QUIC_PATIENCE = Duration.ofSeconds(20);
    private static final int QUIC_CHUNK_BYTES = 4 << 20;

    /** Refuses what cannot work. */
    public DemoSettings {
        if (nodes < 2 || nodes > MAX_NODES) {
            throw new IllegalArgumentException(
                    "nodes: " + nodes + " (expected: 2 to " + MAX_NODES + ")");
        }
        if (!sending.isPositive() || sending.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "seconds: " + sending.toSeconds() + " (expected: 1 to 86400)");
        }
    }

    /**
     * How silent nodes are found out: in at most 7.5 seconds where they are few, else in 20, since
     * many share the processors of one process, and to lose and make links costs more than pings;
     * over QUIC in 25.
     */
    public HealthSettings health() {
        if (isOverQuic()) {
            return HealthSettings.DEFAULT.withInterval(PING_INTERVAL).withTimeout(QUIC_PATIENCE);
        }
        return nodes > FEW_NODES
                ? HealthSettings.DEFAULT.withTimeout(PATIENCE)
                : HealthSettings.DEFAULT.withInterval(PING_INTERVAL).withTimeout(PING_INTERVAL);
    }

    /**
     * How many file descriptors the process needs: both ends of each link, a listener and a
     * selector with its wake-up for each node, and what a JVM has open besides.
     */
    public long descriptors() {
        return 2L * fullMesh() + 3L * nodes + 100;
    }

    /** How many links a full mesh has. */
    int fullMesh() {
        return nodes * (nodes - 1) / 2;
    }

    /** From one vote of a node, sent to all others, to its next. */
    Duration voteInterval() {
        return interval(Duration.ofMillis(20), VOTES_PER_SECOND);
    }

    /** The same for transactions. */
    Duration transactionInterval() {
        return interval(Duration.ofMillis(10), TRANSACTIONS_PER_SECOND);
    }

    private Duration interval(Duration least, int messagesPerSecond) {
        var perSecond = isOverQuic() ? messagesPerSecond / QUIC_PART : messagesPerSecond;
        var shared = Duration.ofNanos(2L * fullMesh() * 1_000_000_000L / perSecond);
        return shared.compareTo(least) < 0 ? least : shared;
    }

    /** How many chunks are on their way at once, in the whole process. */
    int chunksAtOnce() {
        return nodes == 2 ? 1 : 2;
    }

    /** Whether links may be over QUIC. */
    boolean isOverQuic() {
        return transport != DemoTransport.TCP;
    }

    /** Each chunk's size: 32 MiB, or less where the memory is small; 4 MiB over QUIC. */
    int chunkBytes() {
        if (isOverQuic()) {
            return QUIC_CHUNK_BYTES;
        }
        return (int) Math.clamp(Runtime.getRuntime().maxMemory() / 64, 4L << 20, 32L << 20);
    }
}
