/**
 * The machine of one connection: rpc, direct send, large messages and error replies over a link
 * that somebody else owns (behaviour.md sections 5 to 9). Start at {@link
 * dev.aptosnet.domain.connection.Connection}.
 */
@NullMarked
package dev.aptosnet.domain.connection;

import org.jspecify.annotations.NullMarked;
