package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.NetworkAddress;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/** What a transport reports. */
public sealed interface TransportEvent {
    /**
     * A listen command succeeded.
     *
     * @param address what peers dial: the bound address with our key and handshake version
     */
    record Listening(ListenId id, NetworkAddress address) implements TransportEvent {}

    /** A listen command failed. */
    record ListenFailed(ListenId id, SetupFailure failure) implements TransportEvent {}

    /** A dial command succeeded; the link is the receiver's to start or close. */
    record Dialed(DialId id, Link link) implements TransportEvent {}

    /** A dial command failed. */
    record DialFailed(DialId id, SetupFailure failure) implements TransportEvent {}

    /**
     * A probe has ended.
     *
     * @param took from the request for a connection until it was open; null if it never was
     */
    record Probed(DialId id, @Nullable Duration took) implements TransportEvent {}

    /** A peer connected and proved itself; the link is the receiver's to start or close. */
    record Accepted(ListenId id, Link link) implements TransportEvent {}

    /**
     * Somebody connected and was turned away. No answer was sent.
     *
     * @param from the observed address; null if it is not known
     */
    record Refused(ListenId id, @Nullable NetworkAddress from, SetupFailure failure)
            implements TransportEvent {}
}
