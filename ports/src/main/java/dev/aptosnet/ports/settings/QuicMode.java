package dev.aptosnet.ports.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How a pair of peers that is in the share of QUIC is connected; {@code transports.quic.mode}. */
public enum QuicMode {
    /** Over TCP. No UDP socket is opened. */
    OFF,
    /**
     * QUIC has a start of 250 ms over TCP, or none if it failed lately. Whichever has proven the
     * peer first is the connection.
     */
    RACE,
    /** The same with a start of 500 ms whatever was before. */
    PREFER,
    /** QUIC alone, to peers that list an address for it. */
    ONLY;

    private static final Duration RACE_START = Duration.ofMillis(250);

    /** Also the most that a dial can lose where UDP is blocked. */
    private static final Duration PREFER_START = Duration.ofMillis(500);

    /**
     * How long TCP waits after QUIC; empty for ever.
     *
     * @param failedLately whether QUIC to this peer failed not long ago
     */
    public Optional<Duration> headStart(boolean failedLately) {
        return switch (this) {
            case RACE -> Optional.of(failedLately ? Duration.ZERO : RACE_START);
            case PREFER -> Optional.of(PREFER_START);
            case OFF, ONLY -> Optional.empty();
        };
    }

    /** The name in configuration. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@link #configName}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static QuicMode parse(String text) {
        for (var mode : values()) {
            if (mode.configName().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "transports.quic.mode: " + text + " (expected: off, race, prefer or only)");
    }
}
