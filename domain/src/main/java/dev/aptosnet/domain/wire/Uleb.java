package dev.aptosnet.domain.wire;

/** ULEB128 as BCS restricts it: 32 bits, shortest form (wire.md section 1). */
final class Uleb {
    private Uleb() {}

    /** Writes {@code value}, unsigned, at {@code at} and returns where it ends. */
    static int put(byte[] out, int at, int value) {
        var next = at;
        var rest = value;
        while ((rest & ~0x7f) != 0) {
            out[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[next++] = (byte) rest;
        return next;
    }

    /** How many bytes {@code value}, unsigned, takes: 1 to 5. */
    static int length(int value) {
        return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }
}
