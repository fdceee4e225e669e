package dev.aptosnet.bootstrap.demo;

import dev.aptosnet.domain.rollout.QuicMode;
import dev.aptosnet.domain.rollout.QuicRollout;

import java.util.Locale;

/** What the links of a demo run over. */
public enum DemoTransport {
    /** TCP. */
    TCP("/ip4/127.0.0.1/tcp/0", QuicRollout.OFF),
    /** QUIC, and nothing else. */
    QUIC("/ip4/127.0.0.1/quic/0", new QuicRollout(QuicMode.ONLY, 100)),
    /** Whichever of the two is there first. */
    RACE("/ip4/127.0.0.1/tcp/0", new QuicRollout(QuicMode.RACE, 100));

    private final String anyPort;
    private final QuicRollout rollout;

    DemoTransport(String anyPort, QuicRollout rollout) {
        this.anyPort = anyPort;
        this.rollout = rollout;
    }

    /** Where a node listens that has no port yet. */
    String anyPort() {
        return anyPort;
    }

    QuicRollout rollout() {
        return rollout;
    }

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@link #label}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static DemoTransport parse(String text) {
        for (var transport : values()) {
            if (transport.label().equals(text)) {
                return transport;
            }
        }
        throw new IllegalArgumentException("transport: " + text + " (expected: tcp, quic or race)");
    }
}
