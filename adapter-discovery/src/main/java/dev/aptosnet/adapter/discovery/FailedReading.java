package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.SourceFailure;

/** A reading that gave no view, with a line that tells the operator why. */
final class FailedReading extends Exception {
    private static final long serialVersionUID = 1;

    private final SourceFailure kind;
    private final String reason;

    FailedReading(SourceFailure kind, String reason) {
        super(reason);
        this.kind = kind;
        this.reason = reason;
    }

    FailedReading(SourceFailure kind, String reason, Throwable cause) {
        super(reason, cause);
        this.kind = kind;
        this.reason = reason;
    }

    static FailedReading malformed(String reason) {
        return new FailedReading(SourceFailure.MALFORMED, reason);
    }

    static FailedReading malformed(String reason, Throwable cause) {
        return new FailedReading(SourceFailure.MALFORMED, reason, cause);
    }

    SourceFailure kind() {
        return kind;
    }

    String reason() {
        return reason;
    }
}
