package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.settings.QuicMode;

import java.util.Locale;

/** What the links of a demo run over. */
public enum DemoTransport {
    /** TCP. */
    TCP("/ip4/127.0.0.1/tcp/0", QuicMode.OFF),
    /** QUIC, and nothing else. */
    QUIC("/ip4/127.0.0.1/quic/0", QuicMode.ONLY),
    /** Whichever of the two is there first. */
    RACE("/ip4/127.0.0.1/tcp/0", QuicMode.RACE);

    private final String anyPort;
    private final QuicMode mode;

    DemoTransport(String anyPort, QuicMode mode) {
        this.anyPort = anyPort;
        this.mode = mode;
    }

    /** Where a node listens that has no port yet. */
    String anyPort() {
        return anyPort;
    }

    QuicMode quicMode() {
        return mode;
    }

    /** All links or none. */
    int quicPercent() {
        return mode == QuicMode.OFF ? 0 : 100;
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
