package dev.aptosnet.domain.wire;

/** Bytes that do not decode, with the code that wire.md gives the broken rule. */
public final class BcsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final WireError code;

    /**
     * @param code which rule is broken
     * @param detail where, in one line
     */
    public BcsException(WireError code, String detail) {
        super(code + ": " + detail);
        this.code = code;
    }

    /** Which rule is broken. */
    public WireError code() {
        return code;
    }
}
