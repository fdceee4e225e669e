package dev.aptosnet.domain.wire;

/** Versions of the messaging protocol. */
public enum MessagingVersion {
    /** The only one (wire.md section 8). */
    V1(0);

    private final int index;

    MessagingVersion(int index) {
        this.index = index;
    }

    /** The index on the wire. */
    public int index() {
        return index;
    }
}
