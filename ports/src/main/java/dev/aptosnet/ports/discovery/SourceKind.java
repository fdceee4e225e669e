package dev.aptosnet.ports.discovery;

/**
 * Where knowledge of peers comes from, the most trusted first (behaviour.md section 12.2; the
 * webhook is ours).
 */
public enum SourceKind {
    /** The validator set, as the chain announces it to the application that embeds the node. */
    ON_CHAIN_VALIDATOR_SET("on_chain_validator_set"),
    /** A file. */
    FILE("file"),
    /** What the operator's own systems push to the node. */
    WEBHOOK("webhook"),
    /** The validator set, as a REST endpoint serves it. */
    REST("rest"),
    /** The seeds of the node's own configuration. */
    CONFIG("config");

    private final String label;

    SourceKind(String label) {
        this.label = label;
    }

    /** The name in metric labels and logs. */
    public String label() {
        return label;
    }
}
