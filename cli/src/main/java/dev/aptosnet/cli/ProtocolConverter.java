package dev.aptosnet.cli;

import dev.aptosnet.ports.model.ProtocolId;

/** Protocols as people type them. */
final class ProtocolConverter {
    private ProtocolConverter() {}

    /**
     * Reads a number, or one of AptosNet's names in any case.
     *
     * @throws IllegalArgumentException for anything else
     */
    static ProtocolId parse(String text) {
        for (var known : ProtocolId.aptosNet()) {
            if (known.name().equalsIgnoreCase(text)) {
                return known;
            }
        }
        if (text.matches("\\d{1,3}")) {
            var number = Integer.parseInt(text);
            if (ProtocolId.isAptosNet(number)) {
                return ProtocolId.of(number);
            }
            if (number >= ProtocolId.MIN_CUSTOM_NUMBER && number <= ProtocolId.MAX_NUMBER) {
                return ProtocolId.custom(number, "ProtocolConverter");
            }
        }
        throw new IllegalArgumentException(
                "\""
                        + text
                        + "\" (expected: 0 to 28, "
                        + ProtocolId.MIN_CUSTOM_NUMBER
                        + " to "
                        + ProtocolId.MAX_NUMBER
                        + ", or a name such as NetbenchRpc)");
    }
}
