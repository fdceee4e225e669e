/**
 * What makes the pure machines of the domain run: mailboxes, the node's loop, virtual threads for
 * handlers, byte budgets. Each connection belongs to a transport thread and everything that sees
 * several peers to the node's loop; between them are only queues.
 */
@NullMarked
package dev.aptosnet.node.network;

import org.jspecify.annotations.NullMarked;
