package dev.aptosnet.ports.settings;

import java.util.OptionalLong;

/**
 * How fast one connection may send to us (behaviour.md section 5.6). What is faster waits in the
 * peer's socket; a message that could never pass ends its connection. Each limit is also how much
 * may come at once.
 *
 * @param messagesPerSecond frames of any kind, 1 to 2^33; {@code
 *     inbound_rate_limit_config.inbound_messages_per_second}
 * @param bytesPerSecond bytes of payload, 1 to 2^33; {@code
 *     inbound_rate_limit_config.inbound_bytes_per_second}
 * @param refill how what was used comes back; {@code inbound_rate_limit_config.refill}
 */
public record InboundRate(
        OptionalLong messagesPerSecond, OptionalLong bytesPerSecond, Refill refill) {
    /** The largest limit, per second. */
    public static final long MAX_PER_SECOND = 1L << 33;

    /** As fast as the peer can. */
    public static final InboundRate UNLIMITED =
            new InboundRate(OptionalLong.empty(), OptionalLong.empty(), Refill.CONTINUOUS);

    /** Refuses what cannot work. */
    public InboundRate {
        require("inbound_messages_per_second", messagesPerSecond);
        require("inbound_bytes_per_second", bytesPerSecond);
    }

    /** A limit of bytes alone. */
    public static InboundRate bytes(long perSecond) {
        return new InboundRate(OptionalLong.empty(), OptionalLong.of(perSecond), Refill.CONTINUOUS);
    }

    /** A limit of messages alone. */
    public static InboundRate messages(long perSecond) {
        return new InboundRate(OptionalLong.of(perSecond), OptionalLong.empty(), Refill.CONTINUOUS);
    }

    /** Whether nothing is limited. */
    public boolean isUnlimited() {
        return messagesPerSecond.isEmpty() && bytesPerSecond.isEmpty();
    }

    /** How what was used comes back. */
    public enum Refill {
        /** Evenly, so that a throttled sender flows instead of pulsing. */
        CONTINUOUS,
        /** A second's worth at once, at whole seconds of the connection's life, as aptos-core. */
        WHOLE_SECONDS
    }

    private static void require(String key, OptionalLong limit) {
        if (limit.isPresent() && (limit.getAsLong() < 1 || limit.getAsLong() > MAX_PER_SECOND)) {
            throw new IllegalArgumentException(
                    "inbound_rate_limit_config."
                            + key
                            + ": "
                            + limit.getAsLong()
                            + " (expected: 1 to "
                            + MAX_PER_SECOND
                            + ")");
        }
    }
}
