package dev.aptosnet.domain.wire;

/** Why bytes are not what they should be (wire.md sections 1, 6 and 7). */
public enum WireError {
    /** The input ends early. */
    EOF,
    /** Bytes are left over. */
    TRAILING_BYTES,
    /** A ULEB128 number of more than one byte whose last byte is 0. */
    NON_CANONICAL_ULEB128,
    /** A ULEB128 number above 2^32-1 or of more than 5 bytes. */
    ULEB128_OVERFLOW,
    /** A length above 2^31-1. */
    LENGTH_TOO_LARGE,
    /** A bool that is neither 0 nor 1. */
    INVALID_BOOL,
    /** An option tag that is neither 0 nor 1. */
    INVALID_OPTION,
    /** A string that is not strict UTF-8. */
    INVALID_UTF8,
    /** An enum index or protocol id that nobody agreed on. */
    UNKNOWN_VARIANT,
    /** Map keys that are equal or not increasing. */
    NON_CANONICAL_MAP,
    /** More containers inside one another than allowed. */
    DEPTH_EXCEEDED,
    /** A protocol bit vector of more than 8192 bytes. */
    BITVEC_TOO_LONG,
    /** A network address that breaks a rule of wire.md section 3. */
    BAD_ADDRESS,
    /** A duration of more than 2^63-1 seconds. */
    DURATION_TOO_LONG,
    /** A compressed payload of fewer than 4 bytes. */
    COMPRESSED_TOO_SHORT,
    /** A compressed payload that announces a negative size. */
    NEGATIVE_SIZE,
    /** A payload whose uncompressed or compressed size is above 64 880 640. */
    SIZE_TOO_LARGE,
    /** An LZ4 block that is not one. */
    LZ4_MALFORMED,
    /** An LZ4 block that expands beyond the announced size. */
    LZ4_OVERFLOW,
    /** An LZ4 block that expands to less than the announced size. */
    SIZE_MISMATCH
}
