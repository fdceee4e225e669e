package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.LinkInfo.SetupTimes;

import java.util.Set;

/**
 * A connected peer.
 *
 * @param network on which network
 * @param peer who it is, proven
 * @param connection the connection's name in this process
 * @param role what it is to us
 * @param address dialed or observed
 * @param origin who opened the connection
 * @param transport the name of the transport
 * @param suite the cipher suite
 * @param protocols what may be sent to it
 * @param times how long the set-up took
 */
public record PeerInfo(
        NetworkId network,
        PeerId peer,
        ConnectionId connection,
        PeerRole role,
        NetworkAddress address,
        Origin origin,
        String transport,
        CipherSuite suite,
        Set<ProtocolId> protocols,
        SetupTimes times) {}
