package dev.aptosnet.domain.rate;

/** Which limit. */
public enum RateLimitKind {
    /** {@code inbound_rate_limit_config.inbound_messages_per_second}. */
    MESSAGES("messages", "inbound_rate_limit_config.inbound_messages_per_second"),
    /** {@code inbound_rate_limit_config.inbound_bytes_per_second}. */
    BYTES("bytes", "inbound_rate_limit_config.inbound_bytes_per_second");

    private final String label;
    private final String key;

    RateLimitKind(String label, String key) {
        this.label = label;
        this.key = key;
    }

    /** The name in metric labels. */
    public String label() {
        return label;
    }

    /** The configuration key. */
    public String key() {
        return key;
    }
}
