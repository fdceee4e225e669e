package dev.aptosnet.ports.client;

import dev.aptosnet.ports.monitoring.PeerMonitoring;

/**
 * All that a node knows of a peer that it has a connection to.
 *
 * @param state whether it can be used
 * @param info the connection: who, role, address, origin, protocols
 * @param monitoring the last good news of it
 */
public record PeerMetadata(ConnectionState state, PeerInfo info, PeerMonitoring monitoring) {
    /** Whether it can be used. */
    public boolean isConnected() {
        return state == ConnectionState.CONNECTED;
    }
}
