package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

/**
 * A direct send that arrived.
 *
 * @param from who sent it, proven
 * @param protocol under which protocol
 * @param message what it says
 */
public record InboundMessage<M>(PeerId from, ProtocolId protocol, M message) {}
