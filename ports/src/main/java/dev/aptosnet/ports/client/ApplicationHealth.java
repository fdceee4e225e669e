package dev.aptosnet.ports.client;

/** What an application of this node says of itself. */
public enum ApplicationHealth {
    /** It does its work. */
    OK,
    /** It works, but not as it should. */
    DEGRADED,
    /** It does not work, or has not said anything for longer than it promised. */
    STUCK
}
