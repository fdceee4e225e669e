/**
 * At most one connection to each peer: which are let in, and which of two stays. Node-level
 * machines: events and time in, effects out.
 */
@NullMarked
package dev.aptosnet.domain.peer;

import org.jspecify.annotations.NullMarked;
