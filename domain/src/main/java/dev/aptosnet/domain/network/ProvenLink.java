package dev.aptosnet.domain.network;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.LinkInfo;

import java.time.Duration;

/**
 * A link whose peer is proven, as far as it matters to a network.
 *
 * @param key what the peer proved to have
 * @param hello the peer's handshake message, not decoded yet
 * @param connectTook how long the connection took to open
 */
public record ProvenLink(
        ConnectionId id,
        PeerId peer,
        Origin origin,
        PeerRole role,
        PublicKey key,
        Bytes hello,
        Duration connectTook) {
    /** What a transport says of a link. */
    public static ProvenLink of(LinkInfo info) {
        return new ProvenLink(
                info.id(),
                info.peer(),
                info.origin(),
                info.role(),
                info.key(),
                info.hello(),
                info.times().connect());
    }
}
