package dev.aptosnet.node.network;

import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportProvider;

import io.micrometer.core.instrument.MeterRegistry;

import java.util.List;

/**
 * What an application may bring in place of the node's own.
 *
 * @param clock both clocks of the node
 * @param meters where the node's meters are registered
 * @param transports beside those that the class or module path offers
 */
public record NodeServices(Clock clock, MeterRegistry meters, List<TransportProvider> transports) {
    /** Copies the list. */
    public NodeServices {
        transports = List.copyOf(transports);
    }
}
