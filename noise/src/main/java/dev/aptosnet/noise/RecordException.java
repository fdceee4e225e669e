package dev.aptosnet.noise;

/**
 * A record that cannot be opened or sealed; the session is dead (wire.md section 5). Has no stack
 * trace: peers cause it at will.
 */
public final class RecordException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** Shorter than 17 bytes or longer than 65 535; 16 bytes are an empty plaintext. */
        LENGTH,
        /** The tag does not match: other key, altered, repeated, reordered or dropped record. */
        AUTHENTICATION,
        /** The counter has reached 2^64-1; only a new connection helps. */
        EXHAUSTED,
        /** An earlier record failed, so this one is not looked at. */
        DEAD
    }

    private final Kind kind;

    RecordException(Kind kind, String message) {
        super(kind + ": " + message, null, false, false);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
