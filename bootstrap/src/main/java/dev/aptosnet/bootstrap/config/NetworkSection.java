package dev.aptosnet.bootstrap.config;

import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.model.AccessPolicy;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.InboundRate;
import dev.aptosnet.ports.settings.MessageLimits;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.TransportSettings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** Reads one network: aptos-core's keys (behaviour.md section 19.2), and ours beside them. */
final class NetworkSection {
    private static final int MAX = Integer.MAX_VALUE;

    private final Section section;
    private final NetworkId usual;
    private final Path directory;

    /** {@code budget}, which is the node's, not a network's. */
    record Budget(OptionalLong totalBytes, OptionalLong perPeerBytes) {}

    /**
     * @param usual which network it is if it does not say
     * @param directory what paths in the file are relative to
     */
    NetworkSection(Section section, NetworkId usual, Path directory) {
        this.section = section;
        this.usual = usual;
        this.directory = directory;
    }

    /**
     * @param validatorPfnConnections whether public full nodes also dial validators
     * @param unused takes the keys that are known and have no effect
     */
    NetworkConfig read(Budget budget, boolean validatorPfnConnections, Set<String> unused) {
        var draft = NetworkConfig.DEFAULT.draft();
        var network = networkId();
        if (usual == NetworkId.VALIDATOR && network != NetworkId.VALIDATOR) {
            throw section.refused("network_id", network.configName(), "validator");
        }
        draft.networkId(network);
        var listen =
                section.parsed(
                                "listen_address",
                                "an address such as /ip4/0.0.0.0/tcp/6180",
                                NetworkSection::listenable)
                        .orElseGet(() -> NetworkAddress.parse("/ip4/0.0.0.0/tcp/6180"));
        new QuicSection(section, listen).read(draft);
        section.bool("mutual_authentication")
                .ifPresent(
                        mutual -> {
                            if (!mutual && network == NetworkId.VALIDATOR) {
                                throw section.refused(
                                        "mutual_authentication",
                                        "false",
                                        "true on the validator network");
                            }
                            draft.mutualAuthentication(mutual);
                        });
        draft.identity(identity());
        new PeerSections(section).read().forEach(draft::peer);
        section.integer("max_inbound_connections", 0, MAX).ifPresent(draft::maxInboundConnections);
        draft.accessPolicy(accessPolicy());
        draft.priorityInboundPeers(peerIds(section, "priority_inbound_peers"));
        draft.inboundRate(inboundRate());
        var suites = new ArrayList<CipherSuite>();
        for (var name : section.texts("noise_suites", "a list of chachapoly, aesgcm")) {
            suites.add(
                    section.convert(
                            "noise_suites", name, "chachapoly or aesgcm", CipherSuite::parse));
        }
        draft.suites(suites);
        messages(budget, draft);
        new HealthSection(section).read(draft);
        draft.transportLimits(transportLimits());
        draft.connectivity(new ConnectivitySection(section).read());
        draft.discovery(new DiscoverySection(section, directory).read(validatorPfnConnections));
        if (section.number("max_parallel_deserialization_tasks", 0, Long.MAX_VALUE).isPresent()) {
            // There is no such stage: see the owners in docs/architecture.md.
            unused.add(
                    "max_parallel_deserialization_tasks (messages are decoded on their handlers'"
                            + " threads)");
        }
        section.refuseUnknown();
        return draft.done();
    }

    private NetworkId networkId() {
        if (section.isSection("network_id")) {
            var inner = section.section("network_id").orElseThrow();
            inner.parsed("private", "\"vfn\"", name -> requireVfn(name));
            inner.refuseUnknown();
            return NetworkId.VFN;
        }
        return section.parsed(
                        "network_id",
                        "validator, public, vfn or { private: \"vfn\" }",
                        text -> NetworkId.parse(text.toLowerCase(Locale.ROOT)))
                .orElse(usual);
    }

    private static String requireVfn(String name) {
        if (!name.equals("vfn")) {
            throw new IllegalArgumentException(name);
        }
        return name;
    }

    static NetworkAddress listenable(String text) {
        var address = NetworkAddress.parse(text);
        if (!address.isListenable()) {
            throw new IllegalArgumentException(text);
        }
        return address;
    }

    private IdentitySource identity() {
        var found = section.section("identity");
        if (found.isEmpty()) {
            if (section.text("identity").orElse("none").equals("none")) {
                return new IdentitySource.Fresh();
            }
            throw section.refused("identity", "a text", "a mapping with a type");
        }
        var identity = found.get();
        var type = identity.requiredText("type", "from_file, from_config or none");
        var source =
                switch (type) {
                    case "none" -> new IdentitySource.Fresh();
                    case "from_file" ->
                            new IdentitySource.FromFile(
                                    directory.resolve(identity.requiredText("path", "a key file")));
                    case "from_config" -> fromConfig(identity);
                    case "from_storage" ->
                            throw identity.refused(
                                    "type",
                                    "\"from_storage\"",
                                    "from_file, from_config or none; secure storage (vault,"
                                        + " on_disk_storage and the like) cannot be read here: have"
                                        + " it write the network key to a file that only this user"
                                        + " can read, and name that with type: from_file and path");
                    default ->
                            throw identity.refused(
                                    "type", "\"" + type + "\"", "from_file, from_config or none");
                };
        identity.refuseUnknown();
        return source;
    }

    private static IdentitySource fromConfig(Section identity) {
        var key = KeyFile.privateKey(identity.requiredText("key", "64 hex digits"));
        if (key.isEmpty()) {
            throw identity.refused("key", "…", "64 hex digits");
        }
        var peer = identity.parsed("peer_id", "1 to 64 hex digits", PeerId::parse);
        // A zero id stands for the one that the key gives (behaviour.md section 17.4).
        var zero = PeerId.parse("0x0");
        return new IdentitySource.FromConfig(
                peer.filter(id -> !id.equals(zero))
                        .map(id -> Identity.ofPrivateKey(key.get(), id))
                        .orElseGet(() -> Identity.ofPrivateKey(key.get())));
    }

    /** What the node says of messages, and how its classes share a connection. */
    private void messages(Budget budget, NetworkConfig.Draft draft) {
        var limits = MessageLimits.builder();
        sizes(limits);
        // aptos-core's name for nearly the same; ours goes before it.
        section.integer("network_channel_size", 1, 1 << 20).ifPresent(limits::queueMessages);
        section.section("streams").ifPresent(streams -> streams(streams, limits));
        section.section("priorities")
                .ifPresent(each -> new PrioritiesSection(each).read(draft, limits));
        section.integer("max_concurrent_inbound_rpcs", 1, MAX).ifPresent(limits::maxInboundRpcs);
        section.integer("max_concurrent_outbound_rpcs", 1, MAX).ifPresent(limits::maxOutboundRpcs);
        section.millis("inbound_rpc_timeout_ms", 1).ifPresent(limits::inboundRpcTimeout);
        section.integer("inbound_queue_messages", 1, MAX).ifPresent(limits::inboundQueueMessages);
        budget.perPeerBytes().ifPresent(limits::inboundBytes);
        budget.totalBytes().ifPresent(limits::nodeBytes);
        draft.limits(limits.build());
    }

    private void sizes(MessageLimits.Builder limits) {
        var usually = MessageLimits.DEFAULT;
        var frame = section.integer("max_frame_size", 65, MAX).orElse(usually.maxFrameBytes());
        var message = section.integer("max_message_size", 1, MAX).orElse(usually.maxMessageBytes());
        if ((frame - 64L) * 255 < message) {
            throw section.refused(
                    section.has("max_message_size") ? "max_message_size" : "max_frame_size",
                    String.valueOf(section.has("max_message_size") ? message : frame),
                    "max_message_size <= 255 x (max_frame_size - 64)");
        }
        limits.maxFrameBytes(frame).maxMessageBytes(message);
    }

    private static void streams(Section streams, MessageLimits.Builder limits) {
        streams.integer("min_piece_bytes", 1024, MAX).ifPresent(limits::minPieceBytes);
        streams.integer("max_concurrent_inbound", 1, MAX).ifPresent(limits::maxInboundStreams);
        streams.millis("progress_timeout_ms", 1).ifPresent(limits::streamProgressTimeout);
        streams.refuseUnknown();
    }

    /** All but the largest frame, which the node takes from the limits of messages. */
    private TransportSettings.Limits transportLimits() {
        var limits = TransportSettings.Limits.builder();
        section.section("admission").ifPresent(each -> admission(each, limits));
        section.millis("close_timeout_ms", 1).ifPresent(limits::closeTimeout);
        section.millis("write_timeout_ms", 1).ifPresent(limits::writeTimeout);
        section.integer("max_unsent_bytes", 1, MAX).ifPresent(limits::maxUnsentBytes);
        limits.receiveBufferBytes(bufferBytes("rx_buffer_size_bytes"));
        limits.sendBufferBytes(bufferBytes("tx_buffer_size_bytes"));
        section.bool("enable_proxy_protocol").ifPresent(limits::proxyProtocol);
        section.integer("runtime_threads", 1, 1024).ifPresent(limits::threads);
        return limits.build();
    }

    private static void admission(Section admission, TransportSettings.Limits.Builder limits) {
        admission.integer("max_pending", 1, MAX).ifPresent(limits::maxPendingInbound);
        admission.integer("max_pending_per_ip", 1, MAX).ifPresent(limits::maxPendingPerAddress);
        limits.acceptRate(acceptRate(admission, AcceptRate.DEFAULT));
        admission.millis("handshake_timeout_ms", 1).ifPresent(limits::upgradeTimeout);
        admission.integer("min_bytes_per_sec", 0, MAX).ifPresent(limits::minBytesPerSecond);
        admission.refuseUnknown();
    }

    private static AcceptRate acceptRate(Section admission, AcceptRate usually) {
        var most = AcceptRate.MAX;
        return new AcceptRate(
                admission.integer("handshakes_per_second", 1, most).orElse(usually.perSecond()),
                admission.integer("handshake_burst", 1, most).orElse(usually.burst()),
                admission
                        .integer("handshakes_per_second_per_ip", 1, most)
                        .orElse(usually.perSecondPerAddress()),
                admission
                        .integer("handshake_burst_per_ip", 1, most)
                        .orElse(usually.burstPerAddress()));
    }

    /** Our sockets are alike in both directions, so the larger of aptos-core's two is taken. */
    private int bufferBytes(String name) {
        var both = section.integer(name, 0, MAX).orElse(0);
        var inbound = section.integer("inbound_" + name, 0, MAX).orElse(0);
        var outbound = section.integer("outbound_" + name, 0, MAX).orElse(0);
        return Math.max(both, Math.max(inbound, outbound));
    }

    private AccessPolicy accessPolicy() {
        var found = section.section("access_control_policy");
        if (found.isEmpty()) {
            return AccessPolicy.NONE;
        }
        var policy = found.get();
        var allowed = peerIds(policy, "allow_list");
        var blocked = peerIds(policy, "block_list");
        policy.refuseUnknown();
        if (policy.has("allow_list") && policy.has("block_list")) {
            throw section.refused(
                    "access_control_policy", "both", "either allow_list or block_list");
        }
        return policy.has("allow_list")
                ? AccessPolicy.allowOnly(allowed)
                : AccessPolicy.block(blocked);
    }

    private InboundRate inboundRate() {
        var found = section.section("inbound_rate_limit_config");
        if (found.isEmpty()) {
            return InboundRate.UNLIMITED;
        }
        var limit = found.get();
        var rate =
                new InboundRate(
                        limit.number("inbound_messages_per_second", 1, InboundRate.MAX_PER_SECOND),
                        limit.number("inbound_bytes_per_second", 1, InboundRate.MAX_PER_SECOND),
                        limit.parsed(
                                        "refill",
                                        "continuous or whole_seconds",
                                        NetworkSection::refill)
                                .orElse(InboundRate.Refill.CONTINUOUS));
        limit.refuseUnknown();
        return rate;
    }

    private static InboundRate.Refill refill(String name) {
        return switch (name) {
            case "continuous" -> InboundRate.Refill.CONTINUOUS;
            case "whole_seconds" -> InboundRate.Refill.WHOLE_SECONDS;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static List<PeerId> peerIds(Section section, String key) {
        return section.texts(key, "a list of peer ids").stream()
                .map(id -> section.convert(key, id, "a list of peer ids", PeerId::parse))
                .toList();
    }
}
