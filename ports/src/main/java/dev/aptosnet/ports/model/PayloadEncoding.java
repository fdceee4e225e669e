package dev.aptosnet.ports.model;

/** How an application's messages become the payload bytes of a protocol (wire.md section 7). */
public enum PayloadEncoding {
    /** BCS as it is. */
    BCS,
    /** The uncompressed size in four little-endian bytes, then BCS as one raw LZ4 block. */
    COMPRESSED_BCS,
    /** JSON in UTF-8. */
    JSON
}
