package dev.aptosnet.domain.monitoring;

import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.LinkInfo.SetupTimes;

import java.time.Duration;
import java.util.Set;

/** Connections, as far as they matter here. */
final class Infos {
    private static final SetupTimes TIMES =
            new SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private Infos() {}

    static PeerId id(int number) {
        return PeerId.parse(Integer.toHexString(number));
    }

    /** A connection that has the number of its peer. */
    static PeerInfo info(NetworkId network, int number, PeerRole role, ProtocolId... protocols) {
        return new PeerInfo(
                network,
                id(number),
                new ConnectionId(number),
                role,
                NetworkAddress.parse("/ip4/10.0.0." + number + "/tcp/6180"),
                Origin.OUTBOUND,
                "tcp",
                CipherSuite.AESGCM,
                Set.of(protocols),
                TIMES);
    }
}
