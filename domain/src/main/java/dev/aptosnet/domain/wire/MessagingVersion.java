package dev.aptosnet.domain.wire;

/** Versions of the messaging protocol; the ordinal is the index on the wire. */
public enum MessagingVersion {
    /** The only one (wire.md section 8). */
    V1
}
