/**
 * What the protocol asks of a network: {@link dev.aptosnet.ports.transport.Transport} takes
 * commands and answers with {@link dev.aptosnet.ports.transport.TransportEvent}s; a proven
 * connection is a {@link dev.aptosnet.ports.transport.Link}. Adding a transport means adding a jar
 * with a {@link dev.aptosnet.ports.transport.TransportProvider}.
 */
@NullMarked
package dev.aptosnet.ports.transport;

import org.jspecify.annotations.NullMarked;
