package dev.aptosnet.domain.network;

import dev.aptosnet.domain.connectivity.OwnNode;
import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.MonitoringSettings;

import java.util.Optional;

/**
 * What a network is made from.
 *
 * @param hello our handshake message
 * @param monitoring how peers are asked under protocol 10; empty to ask none
 * @param quic which dials are tried over QUIC at first
 */
public record NetworkSetup(
        OwnNode own,
        Admission admission,
        HandshakeMsg hello,
        ConnectivitySettings connectivity,
        HealthSettings health,
        Optional<MonitoringSettings> monitoring,
        QuicRollout quic) {}
