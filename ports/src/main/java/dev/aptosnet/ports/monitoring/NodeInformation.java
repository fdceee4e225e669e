package dev.aptosnet.ports.monitoring;

import java.time.Duration;
import java.util.Map;

/**
 * What a node is and how far its ledger reaches, as it says itself. The numbers are unsigned.
 *
 * @param buildInformation what it was built from; empty from a node that keeps that to itself
 * @param highestSyncedEpoch the newest epoch that it has
 * @param highestSyncedVersion the newest version of the ledger that it has
 * @param ledgerTimestampMicros the time of that version, in microseconds since 1970
 * @param lowestAvailableVersion the oldest version that it can still serve
 * @param uptime how long it has been running
 */
public record NodeInformation(
        Map<String, String> buildInformation,
        long highestSyncedEpoch,
        long highestSyncedVersion,
        long ledgerTimestampMicros,
        long lowestAvailableVersion,
        Duration uptime) {
    /** Copies the build information, as {@link Map#copyOf} does. */
    public NodeInformation {
        buildInformation = Map.copyOf(buildInformation);
    }

    /** The same without the build information. */
    public NodeInformation withoutBuildInformation() {
        return builtFrom(Map.of());
    }

    /** The same with other build information. */
    public NodeInformation builtFrom(Map<String, String> build) {
        return new NodeInformation(
                build,
                highestSyncedEpoch,
                highestSyncedVersion,
                ledgerTimestampMicros,
                lowestAvailableVersion,
                uptime);
    }
}
