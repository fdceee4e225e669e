package dev.aptosnet.adapter.discovery;

/** A reading that gave no view, with a line that tells the operator why. */
final class FailedReading extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    FailedReading(String reason) {
        super(reason);
        this.reason = reason;
    }

    FailedReading(String reason, Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
