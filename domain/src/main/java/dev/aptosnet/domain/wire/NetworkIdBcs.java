package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.NetworkId;

/** The binary form of a {@link NetworkId} (wire.md section 6). */
public final class NetworkIdBcs {
    private static final int VALIDATOR = 0;
    private static final int PUBLIC = 1;
    private static final int VFN = 2;
    private static final int VFN_OTHER = 3;
    private static final int PUBLIC_OTHER = 4;

    private NetworkIdBcs() {}

    /** Writes a network id as a field of something larger. */
    public static void write(BcsWriter out, NetworkId network) {
        switch (network) {
            case VALIDATOR -> out.variant(VALIDATOR);
            case PUBLIC -> out.variant(PUBLIC);
            case VFN -> out.variant(VFN).string("vfn");
        }
    }

    /**
     * Reads a network id that is a field of something larger, also in the two forms that are never
     * sent.
     *
     * @throws BcsException if it is malformed
     */
    public static NetworkId read(BcsReader in) {
        return switch (in.variant(PUBLIC_OTHER + 1)) {
            case VALIDATOR -> NetworkId.VALIDATOR;
            case VFN -> {
                // Any name means this network.
                in.string();
                yield NetworkId.VFN;
            }
            case VFN_OTHER -> NetworkId.VFN;
            default -> NetworkId.PUBLIC;
        };
    }
}
