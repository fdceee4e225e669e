package dev.aptosnet.ports.model;

/**
 * Names one connection for the life of the process.
 *
 * @param number increasing from 0
 */
public record ConnectionId(long number) {
    @Override
    public String toString() {
        return "#" + number;
    }
}
