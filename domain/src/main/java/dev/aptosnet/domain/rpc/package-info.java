/**
 * Calls and requests of one connection: the nodes that carry them, how a call can fail, and the
 * tables that hold what is unfinished (behaviour.md sections 6 and 7).
 */
@NullMarked
package dev.aptosnet.domain.rpc;

import org.jspecify.annotations.NullMarked;
