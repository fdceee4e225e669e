package dev.aptosnet.simulation;

import dev.aptosnet.ports.transport.TransportSettings;

import java.time.Duration;

/**
 * How good the network is while nothing is broken on purpose.
 *
 * @param jitter how much a one-way delay is lengthened at most, as a share of it
 * @param uplinkBytesPerSecond what a host can send; its links share it
 * @param dialFailures the share of dials that fail for no reason of ours
 * @param maxUnsentBytes {@code max_unsent_bytes} of every link: what its transport holds, and the
 *     socket besides, before it leaves the machine
 * @param windowBytes how many bytes of a link may be in flight without an acknowledgement
 * @param receiveBytes what a link's receiving end buffers for a node that does not read
 * @param writeTimeout {@code write_timeout_ms}: unacknowledged bytes for this long end a link
 * @param setupTimeout {@code admission.handshake_timeout_ms}
 */
public record Conditions(
        double jitter,
        long uplinkBytesPerSecond,
        double dialFailures,
        int maxUnsentBytes,
        int windowBytes,
        int receiveBytes,
        Duration writeTimeout,
        Duration setupTimeout) {
    /** The most that Linux lets a window grow to unless configured. */
    private static final int LINUX_WINDOW = 6 << 20;

    /** A tenth of jitter, 1 Gbit/s, one dial of 500 fails, and the transport's default limits. */
    public static final Conditions DEFAULT =
            new Conditions(
                    0.1,
                    125_000_000,
                    0.002,
                    TransportSettings.Limits.DEFAULT.maxUnsentBytes(),
                    LINUX_WINDOW,
                    1 << 20,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30));
}
