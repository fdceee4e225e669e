package dev.aptosnet.ports.transport;

/**
 * Names one listen command.
 *
 * @param number chosen by the caller, not used twice for one transport
 */
public record ListenId(long number) {}
