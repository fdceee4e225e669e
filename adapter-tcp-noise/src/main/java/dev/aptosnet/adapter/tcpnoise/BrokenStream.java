package dev.aptosnet.adapter.tcpnoise;

/**
 * The peer's bytes break a rule that a connection does not survive. Has no stack trace: peers cause
 * it at will.
 */
final class BrokenStream extends Exception {
    private static final long serialVersionUID = 1L;

    private final String detail;

    BrokenStream(String detail) {
        super(detail, null, false, false);
        this.detail = detail;
    }

    /** One line that names the broken rule; none of the peer's text. */
    String detail() {
        return detail;
    }
}
