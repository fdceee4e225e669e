/**
 * A transport within one process, for tests and examples: {@code /memory/PORT} addresses, the same
 * proof of identity as over TCP, no sockets and no encryption. Start at {@link
 * dev.aptosnet.adapter.memory.MemoryTransport}.
 */
@NullMarked
package dev.aptosnet.adapter.memory;

import org.jspecify.annotations.NullMarked;
