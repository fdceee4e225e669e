/**
 * The order in which a connection's queued messages leave: classes, large messages in pieces, and
 * what may not overtake what (improvements.md I-01 and I-02). Start at {@link
 * dev.aptosnet.domain.send.SendScheduler}.
 */
@NullMarked
package dev.aptosnet.domain.send;

import org.jspecify.annotations.NullMarked;
