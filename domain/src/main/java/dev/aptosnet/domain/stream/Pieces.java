package dev.aptosnet.domain.stream;

/**
 * How payloads are cut towards one peer. The first piece travels in the stream's header, the others
 * in fragments 1, 2, ... (wire.md section 9); all but the last are of one size. A value without
 * state: any thread.
 *
 * <p>A header announces at most {@value #MAX_FRAGMENTS} fragments. Where both ends agreed on {@code
 * MANY_FRAGMENTS}, a longer stream announces 0: its fragments are numbered 1 to 255 again and
 * again, the last one is 0, and no other has fewer than {@value #MIN_LONG_PIECE} bytes.
 *
 * @param maxFrameBytes F, the largest frame body
 * @param maxMessageBytes M, the largest payload
 * @param maxFragments how many fragments after the header the peer accepts: 1 to 255, or {@link
 *     #ANY_NUMBER}
 * @param minPieceBytes payloads up to this size are sent whole, and no piece but a last one is
 *     smaller, unless a frame holds less
 */
public record Pieces(int maxFrameBytes, int maxMessageBytes, int maxFragments, int minPieceBytes) {
    /** What a sender leaves of each frame for everything but payload, in bytes. */
    public static final int HEAD_ROOM = 64;

    /** The most fragments that a header can announce. */
    public static final int MAX_FRAGMENTS = 255;

    /** As many fragments as it takes. */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /**
     * The least payload, in bytes, of a fragment of a stream that does not announce its length, but
     * for the last: so that what a receiver keeps for each piece is little beside the piece.
     */
    public static final int MIN_LONG_PIECE = 1024;

    /** Refuses what cannot work: CONFIG_INVALID of wire.md section 9. */
    public Pieces {
        check(maxFrameBytes > HEAD_ROOM, "max_frame_size", maxFrameBytes, "> " + HEAD_ROOM);
        check(
                maxMessageBytes > 0
                        && (long) (maxFrameBytes - HEAD_ROOM) * MAX_FRAGMENTS >= maxMessageBytes,
                "max_message_size",
                maxMessageBytes,
                "1 to (max_frame_size - " + HEAD_ROOM + ") * " + MAX_FRAGMENTS);
        check(isFragmentLimit(maxFragments), "max_fragments", maxFragments, "1 to 255");
        check(minPieceBytes > 0, "min_piece_bytes", minPieceBytes, "> 0");
    }

    /**
     * The reference sender's cut: whole up to F - 64 bytes, else pieces of exactly F - 64.
     *
     * @throws IllegalArgumentException CONFIG_INVALID, naming the configuration key
     */
    public static Pieces legacy(int maxFrameBytes, int maxMessageBytes) {
        var chunk = Math.max(1, maxFrameBytes - HEAD_ROOM);
        return new Pieces(
                maxFrameBytes,
                maxMessageBytes,
                acceptedFragments(maxFrameBytes, maxMessageBytes),
                chunk);
    }

    /**
     * Nearly equal pieces, as small as the peer's limit on fragments allows, so that other messages
     * can step in between (I-02). A peer that accepts fewer fragments than pieces of F - 64 bytes
     * need gets those, as from the reference sender.
     *
     * @param manyFragments whether the peer announced that it accepts any number of fragments
     * @throws IllegalArgumentException CONFIG_INVALID, naming the configuration key
     */
    public static Pieces adaptive(
            int maxFrameBytes, int maxMessageBytes, int minPieceBytes, boolean manyFragments) {
        return new Pieces(
                maxFrameBytes,
                maxMessageBytes,
                manyFragments ? ANY_NUMBER : acceptedFragments(maxFrameBytes, maxMessageBytes),
                minPieceBytes);
    }

    /**
     * How many fragments a reference receiver with these limits accepts: floor(M / F), 1 to 255.
     */
    public static int acceptedFragments(int maxFrameBytes, int maxMessageBytes) {
        return Math.clamp(maxMessageBytes / Math.max(1, maxFrameBytes), 1, MAX_FRAGMENTS);
    }

    static boolean isFragmentLimit(int fragments) {
        return fragments == ANY_NUMBER || (fragments >= 1 && fragments <= MAX_FRAGMENTS);
    }

    /** Whether a payload of this length may be sent at all; otherwise MESSAGE_TOO_LARGE. */
    public boolean accepts(long length) {
        return length >= 0 && length <= maxMessageBytes;
    }

    /**
     * The size of each piece but the last, in bytes; {@code length} itself for a payload that is
     * sent whole.
     *
     * @param length of the payload in bytes
     * @throws IllegalArgumentException if the length is not accepted
     */
    public int pieceBytes(int length) {
        if (!accepts(length)) {
            throw new IllegalArgumentException(
                    "message of " + length + " bytes (max_message_size: " + maxMessageBytes + ")");
        }
        var most = maxFrameBytes - HEAD_ROOM;
        var least = Math.min(minPieceBytes, most);
        if (length <= least) {
            return length;
        }
        var announced = Math.ceilDiv(length, Math.min(maxFragments, MAX_FRAGMENTS) + 1);
        var wanted =
                maxFragments == ANY_NUMBER
                        ? Math.min(announced, Math.max(least, MIN_LONG_PIECE))
                        : announced;
        return Math.clamp(wanted, least, most);
    }

    /**
     * How many fragments follow the header; 0 for a payload that is sent whole.
     *
     * @throws IllegalArgumentException if the length is not accepted
     */
    public int numFragments(int length) {
        var piece = pieceBytes(length);
        return piece == length ? 0 : Math.ceilDiv(length - piece, piece);
    }

    private static void check(boolean holds, String key, int value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "CONFIG_INVALID: " + key + ": " + value + " (expected: " + expected + ")");
        }
    }
}
