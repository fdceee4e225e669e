/**
 * UDP and TCP between sockets of this machine with delay, jitter, loss, a rate, reordering and
 * duplication, each direction on its own: {@link dev.aptosnet.testkit.relay.Relay}. What decides,
 * {@link dev.aptosnet.testkit.relay.Line}, is also of use to whoever moves packets in another way.
 */
@NullMarked
package dev.aptosnet.testkit.relay;

import org.jspecify.annotations.NullMarked;
