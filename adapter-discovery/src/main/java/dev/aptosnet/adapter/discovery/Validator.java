package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;

/**
 * One validator as the chain has it.
 *
 * @param network a BCS list of its addresses for validators
 * @param fullnode a BCS list of its full nodes' addresses
 */
record Validator(PeerId peer, Bytes network, Bytes fullnode) {}
