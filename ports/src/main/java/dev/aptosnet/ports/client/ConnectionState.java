package dev.aptosnet.ports.client;

/** Whether a peer can be used (behaviour.md section 11.3). */
public enum ConnectionState {
    /** It can. */
    CONNECTED,
    /** It has left the trusted set: its connection finishes what is open and takes nothing new. */
    DRAINING,
    /** Its connection was told to end and is not gone yet. */
    DISCONNECTING
}
