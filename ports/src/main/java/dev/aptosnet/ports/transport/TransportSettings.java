package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Everything a transport needs to know, checked when it is made.
 *
 * @param self our peer id
 * @param privateKey our x25519 static private key, 32 bytes; never printed
 * @param suites the cipher suites, in order of preference (wire.md section 4.1); {@code
 *     noise_suites}
 * @param authMode who may connect to us; {@code mutual_authentication}
 * @param trusted the trusted set, asked at every handshake
 * @param unknownInboundRole the role of an inbound peer outside the trusted set: {@code
 *     VALIDATOR_FULL_NODE} for a validator on its VFN network, else {@code UNKNOWN}
 * @param hello our handshake message, asked at every handshake; at most 65 535 bytes
 * @param events takes what the transport reports; must not block
 * @param clock tells the time
 * @param limits sizes, counts and durations
 */
public record TransportSettings(
        PeerId self,
        Bytes privateKey,
        List<CipherSuite> suites,
        AuthMode authMode,
        TrustedPeers trusted,
        PeerRole unknownInboundRole,
        Supplier<Bytes> hello,
        Consumer<TransportEvent> events,
        Clock clock,
        Limits limits) {
    /** Copies the lists and refuses what cannot work. */
    public TransportSettings {
        suites = List.copyOf(suites);
        require(privateKey.size() == 32, "privateKey", privateKey.size() + " bytes", "32 bytes");
        require(!suites.isEmpty(), "noise_suites", "empty", "at least one suite");
    }

    /** Without the private key. */
    @Override
    public String toString() {
        return "TransportSettings[self=" + self + ", suites=" + suites + ", " + limits + "]";
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: " + expected + ")");
        }
    }

    /**
     * Sizes, counts and durations of a transport.
     *
     * @param maxFrameBytes largest frame body read or written; {@code max_frame_size}
     * @param upgradeTimeout from the start of a dial, or from accept, to a proven link; {@code
     *     admission.handshake_timeout_ms}
     * @param closeTimeout for flushing and closing; {@code close_timeout_ms}
     * @param writeTimeout without any byte accepted by the socket while some wait, or any arriving
     *     of a frame that has begun, before the link is closed; {@code write_timeout_ms}
     * @param maxPendingInbound accepted connections in set-up; {@code admission.max_pending}
     * @param maxPendingPerAddress the same from one address; {@code admission.max_pending_per_ip}
     * @param acceptRate how many of them may begin in a second
     * @param maxUnsentBytes how much written and not yet taken by the socket makes a link
     *     unwritable, and how much of what it took and did not send makes the socket take no more,
     *     where the system can be told so; {@code max_unsent_bytes}
     * @param receiveBufferBytes of the socket, 0 for the system's default; {@code
     *     rx_buffer_size_bytes}
     * @param sendBufferBytes of the socket, 0 for the system's default; {@code
     *     tx_buffer_size_bytes}
     * @param proxyProtocol whether every inbound connection must begin with a PROXY v2 header;
     *     {@code enable_proxy_protocol}
     * @param threads owners, at least 1; {@code runtime_threads}
     */
    public record Limits(
            int maxFrameBytes,
            Duration upgradeTimeout,
            Duration closeTimeout,
            Duration writeTimeout,
            int maxPendingInbound,
            int maxPendingPerAddress,
            AcceptRate acceptRate,
            int maxUnsentBytes,
            int receiveBufferBytes,
            int sendBufferBytes,
            boolean proxyProtocol,
            int threads) {
        /** The defaults: those of wire.md section 10 and of our design. */
        public static final Limits DEFAULT =
                new Limits(
                        4 << 20,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        256,
                        64,
                        AcceptRate.DEFAULT,
                        64 << 10,
                        0,
                        0,
                        false,
                        Math.max(1, Runtime.getRuntime().availableProcessors()));

        /** Refuses what cannot work. */
        public Limits {
            require(maxFrameBytes >= 65, "max_frame_size", maxFrameBytes, ">= 65");
            require(isPositive(upgradeTimeout), "handshake_timeout_ms", upgradeTimeout, "> 0");
            require(isPositive(closeTimeout), "close_timeout_ms", closeTimeout, "> 0");
            require(isPositive(writeTimeout), "write_timeout_ms", writeTimeout, "> 0");
            require(maxPendingInbound > 0, "max_pending", maxPendingInbound, "> 0");
            require(maxPendingPerAddress > 0, "max_pending_per_ip", maxPendingPerAddress, "> 0");
            require(maxUnsentBytes > 0, "max_unsent_bytes", maxUnsentBytes, "> 0");
            require(receiveBufferBytes >= 0, "rx_buffer_size_bytes", receiveBufferBytes, ">= 0");
            require(sendBufferBytes >= 0, "tx_buffer_size_bytes", sendBufferBytes, ">= 0");
            require(threads > 0, "runtime_threads", threads, "> 0");
        }

        private static boolean isPositive(Duration duration) {
            return duration.isPositive();
        }
    }
}
