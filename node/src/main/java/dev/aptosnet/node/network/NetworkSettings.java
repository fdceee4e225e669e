package dev.aptosnet.node.network;

import dev.aptosnet.domain.connection.ConnectionSettings;
import dev.aptosnet.domain.peer.Admission;
import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.node.connection.ProtocolRegistration;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.discovery.PeerSourceSettings;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Quic;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.monitoring.NodeInformationSource;
import dev.aptosnet.ports.settings.BatchDelays;
import dev.aptosnet.ports.settings.ClassWeights;
import dev.aptosnet.ports.settings.ConnectivitySettings;
import dev.aptosnet.ports.settings.HealthSettings;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.PeerHealthSettings;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TrustedPeers;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything that one network of a node is made from; see the builder for each. */
public record NetworkSettings(
        PeerId self,
        PublicKey publicKey,
        Bytes privateKey,
        int chainId,
        NetworkId networkId,
        boolean validator,
        AuthMode authMode,
        List<CipherSuite> suites,
        Map<PeerId, TrustedPeer> trusted,
        Map<PeerId, List<NetworkAddress>> seeds,
        List<NetworkAddress> listen,
        Admission admission,
        InboundRate inboundRate,
        MessageLimits limits,
        BatchDelays batchDelays,
        ClassWeights weights,
        HealthSettings health,
        PeerHealthSettings peerHealth,
        MonitoringSettings monitoring,
        NodeInformationSource nodeInformation,
        TransportSettings.Limits transportLimits,
        QuicRollout quic,
        ConnectivitySettings connectivity,
        List<PeerSourceSettings> sources,
        List<ProtocolRegistration> registrations,
        List<NetworkEvents<?>> listeners) {
    /**
     * How late a timer may wake a connection; seen on Linux were 0.1 to 0.3 ms. Of short delays it
     * is a quarter at most.
     */
    private static final long TIMER_LATENESS_NANOS = 250_000;

    /** Copies the collections. */
    public NetworkSettings {
        suites = List.copyOf(suites);
        trusted = Map.copyOf(trusted);
        seeds = Map.copyOf(seeds);
        listen = List.copyOf(listen);
        sources = List.copyOf(sources);
        registrations = List.copyOf(registrations);
        listeners = List.copyOf(listeners);
    }

    /**
     * Where to accept connections over QUIC: as told, else at the host and port of every TCP
     * address, and at a free port where that is 0; nowhere if QUIC is off.
     */
    List<NetworkAddress> quicListen() {
        var told = listen.stream().filter(NetworkAddress::isQuic).toList();
        if (!quic.isOn() || !told.isEmpty()) {
            return told;
        }
        return listen.stream()
                .filter(address -> !(address.network() instanceof Memory))
                .map(
                        address ->
                                NetworkAddress.of(
                                        address.network(), new Quic(address.port().orElse(0))))
                .toList();
    }

    /** What each connection is made from. */
    ConnectionSettings connectionSettings() {
        var builder =
                ConnectionSettings.builder()
                        .maxFrameBytes(limits.maxFrameBytes())
                        .maxMessageBytes(limits.maxMessageBytes())
                        .minPieceBytes(limits.minPieceBytes())
                        .maxInboundCalls(limits.maxInboundRpcs())
                        .maxOutboundCalls(limits.maxOutboundRpcs())
                        .inboundCallLimit(limits.inboundRpcTimeout())
                        .maxInboundStreams(limits.maxInboundStreams())
                        .streamProgressLimit(limits.streamProgressTimeout());
        for (var i = 0; i < MessageClass.COUNT; i++) {
            builder.queue(
                    MessageClass.ofIndex(i),
                    new ConnectionSettings.Queue(
                            limits.queueMessages(),
                            limits.queueBytes(),
                            weights.of(MessageClass.ofIndex(i))));
            builder.batchDelay(
                    MessageClass.ofIndex(i), lessLateness(batchDelays.of(MessageClass.ofIndex(i))));
        }
        peerHealth.calls().served().forEach(builder::inboundCallLimit);
        return builder.build();
    }

    /** What a message waits after this is for the timer, which comes a little late. */
    private static Duration lessLateness(Duration delay) {
        return delay.minusNanos(Math.min(delay.toNanos() / 4, TIMER_LATENESS_NANOS));
    }

    /**
     * What each transport is made from.
     *
     * @param known the trusted set, asked at every handshake
     * @param hello our handshake message, asked at every handshake
     * @param events takes what the transport reports
     */
    TransportSettings transportSettings(
            TrustedPeers known,
            Supplier<Bytes> hello,
            Consumer<TransportEvent> events,
            Clock clock) {
        var onVfn = validator && networkId == NetworkId.VFN;
        return TransportSettings.builder(self, privateKey, hello, events)
                .suites(suites)
                .authMode(authMode)
                .trusted(known)
                .unknownInboundRole(onVfn ? PeerRole.VALIDATOR_FULL_NODE : PeerRole.UNKNOWN)
                .clock(clock)
                .limits(transportLimits.toBuilder().maxFrameBytes(limits.maxFrameBytes()).build())
                .build();
    }

    /** Without the private key. */
    @Override
    public String toString() {
        return "NetworkSettings[self=" + self + ", " + networkId + ", chain " + chainId + "]";
    }
}
