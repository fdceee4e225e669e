package dev.aptosnet.domain.monitoring;

/** Why a request counts as failed. */
public enum MonitoringFailure {
    /** The peer answered that it cannot, or that it did not understand. */
    ERROR_ANSWER("error_answer"),
    /** The request was not sent, was refused, or ended with its connection. */
    NOT_ASKED("not_asked"),
    /** No answer in time. */
    TIMED_OUT("timed_out"),
    /** The answer is larger than {@code max_num_response_bytes}. */
    TOO_LARGE("too_large"),
    /** The answer does not decode. */
    MALFORMED("malformed"),
    /** The answer is to another question. */
    WRONG_ANSWER("wrong_answer"),
    /** The answer is to another ping. */
    WRONG_COUNTER("wrong_counter"),
    /** The peer cannot be as far from the validators as it says. */
    IMPLAUSIBLE_DISTANCE("implausible_distance");

    private final String label;

    MonitoringFailure(String label) {
        this.label = label;
    }

    /** The name in metric labels. */
    public String label() {
        return label;
    }
}
