package dev.aptosnet.ports.transport;

/**
 * Names one dial command.
 *
 * @param number chosen by the caller, not used twice for one transport
 */
public record DialId(long number) {}
