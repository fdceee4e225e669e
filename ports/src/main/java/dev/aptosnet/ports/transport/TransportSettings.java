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

    /**
     * Settings of a node that anybody may connect to, with every other default.
     *
     * @param hello our handshake message, asked at every handshake
     * @param events takes what the transport reports; must not block
     */
    public static Builder builder(
            PeerId self, Bytes privateKey, Supplier<Bytes> hello, Consumer<TransportEvent> events) {
        return new Builder(self, privateKey, hello, events);
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

        /** With every default. */
        public static Builder builder() {
            return DEFAULT.toBuilder();
        }

        /** Like these, to be changed. */
        public Builder toBuilder() {
            return new Builder(this);
        }

        private static boolean isPositive(Duration duration) {
            return duration.isPositive();
        }

        /** Collects what differs from what it was made of. */
        public static final class Builder {
            private int maxFrameBytes;
            private Duration upgradeTimeout;
            private Duration closeTimeout;
            private Duration writeTimeout;
            private int maxPendingInbound;
            private int maxPendingPerAddress;
            private AcceptRate acceptRate;
            private int maxUnsentBytes;
            private int receiveBufferBytes;
            private int sendBufferBytes;
            private boolean proxyProtocol;
            private int threads;

            private Builder(Limits from) {
                maxFrameBytes = from.maxFrameBytes;
                upgradeTimeout = from.upgradeTimeout;
                closeTimeout = from.closeTimeout;
                writeTimeout = from.writeTimeout;
                maxPendingInbound = from.maxPendingInbound;
                maxPendingPerAddress = from.maxPendingPerAddress;
                acceptRate = from.acceptRate;
                maxUnsentBytes = from.maxUnsentBytes;
                receiveBufferBytes = from.receiveBufferBytes;
                sendBufferBytes = from.sendBufferBytes;
                proxyProtocol = from.proxyProtocol;
                threads = from.threads;
            }

            /** Default 4 MiB. */
            public Builder maxFrameBytes(int value) {
                maxFrameBytes = value;
                return this;
            }

            /** Default 30 s. */
            public Builder upgradeTimeout(Duration value) {
                upgradeTimeout = value;
                return this;
            }

            /** Default 30 s. */
            public Builder closeTimeout(Duration value) {
                closeTimeout = value;
                return this;
            }

            /** Default 30 s. */
            public Builder writeTimeout(Duration value) {
                writeTimeout = value;
                return this;
            }

            /** Default 256. */
            public Builder maxPendingInbound(int value) {
                maxPendingInbound = value;
                return this;
            }

            /** Default 64. */
            public Builder maxPendingPerAddress(int value) {
                maxPendingPerAddress = value;
                return this;
            }

            /** Default {@link AcceptRate#DEFAULT}. */
            public Builder acceptRate(AcceptRate value) {
                acceptRate = value;
                return this;
            }

            /** Default 64 KiB. */
            public Builder maxUnsentBytes(int value) {
                maxUnsentBytes = value;
                return this;
            }

            /** Default 0. */
            public Builder receiveBufferBytes(int value) {
                receiveBufferBytes = value;
                return this;
            }

            /** Default 0. */
            public Builder sendBufferBytes(int value) {
                sendBufferBytes = value;
                return this;
            }

            /** Default false. */
            public Builder proxyProtocol(boolean value) {
                proxyProtocol = value;
                return this;
            }

            /** Default one for each processor. */
            public Builder threads(int value) {
                threads = value;
                return this;
            }

            /**
             * The limits.
             *
             * @throws IllegalArgumentException naming the first configuration key that is out of
             *     range
             */
            public Limits build() {
                return new Limits(
                        maxFrameBytes,
                        upgradeTimeout,
                        closeTimeout,
                        writeTimeout,
                        maxPendingInbound,
                        maxPendingPerAddress,
                        acceptRate,
                        maxUnsentBytes,
                        receiveBufferBytes,
                        sendBufferBytes,
                        proxyProtocol,
                        threads);
            }
        }
    }

    /** Collects what differs from the defaults. */
    public static final class Builder {
        private final PeerId self;
        private final Bytes privateKey;
        private final Supplier<Bytes> hello;
        private final Consumer<TransportEvent> events;
        private List<CipherSuite> suites = List.of(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM);
        private AuthMode authMode = AuthMode.MAYBE_MUTUAL;
        private TrustedPeers trusted = TrustedPeers.NONE;
        private PeerRole unknownInboundRole = PeerRole.UNKNOWN;
        private Clock clock = Clock.system();
        private Limits limits = Limits.DEFAULT;

        private Builder(
                PeerId self,
                Bytes privateKey,
                Supplier<Bytes> hello,
                Consumer<TransportEvent> events) {
            this.self = self;
            this.privateKey = privateKey;
            this.hello = hello;
            this.events = events;
        }

        /** Default both, ChaChaPoly first. */
        public Builder suites(List<CipherSuite> value) {
            suites = value;
            return this;
        }

        /** Default {@link AuthMode#MAYBE_MUTUAL}. */
        public Builder authMode(AuthMode value) {
            authMode = value;
            return this;
        }

        /** Default nobody. */
        public Builder trusted(TrustedPeers value) {
            trusted = value;
            return this;
        }

        /** Default {@link PeerRole#UNKNOWN}. */
        public Builder unknownInboundRole(PeerRole value) {
            unknownInboundRole = value;
            return this;
        }

        /** Default {@link Clock#system}. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Default {@link Limits#DEFAULT}. */
        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException naming what is out of range
         */
        public TransportSettings build() {
            return new TransportSettings(
                    self,
                    privateKey,
                    suites,
                    authMode,
                    trusted,
                    unknownInboundRole,
                    hello,
                    events,
                    clock,
                    limits);
        }
    }
}
