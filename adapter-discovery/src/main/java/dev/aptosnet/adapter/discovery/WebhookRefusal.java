package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.SourceFailure;

/** A request that is not taken: how it is answered, and as what it counts. */
final class WebhookRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final SourceFailure kind;
    private final String reason;

    /**
     * @param status of the HTTP answer
     * @param reason one line for the sender; tells a stranger nothing of us
     */
    WebhookRefusal(int status, SourceFailure kind, String reason) {
        super(reason);
        this.status = status;
        this.kind = kind;
        this.reason = reason;
    }

    int status() {
        return status;
    }

    SourceFailure kind() {
        return kind;
    }

    String reason() {
        return reason;
    }
}
