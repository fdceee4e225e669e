package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.DisconnectReason;

/**
 * How a link ended.
 *
 * @param reason the kind
 * @param detail one line for logs, which names the check that failed; holds no text of the peer's
 */
public record LinkClosed(DisconnectReason reason, String detail) {}
