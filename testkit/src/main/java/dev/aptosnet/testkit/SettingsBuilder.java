package dev.aptosnet.testkit;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TransportSettings.Limits;
import dev.aptosnet.ports.transport.TrustedPeers;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Settings of a transport under test: small limits, whoever proves a key. */
public final class SettingsBuilder {
    /** The clock of every transport under test. */
    public static final Clock CLOCK = Clock.system();

    private final TestIdentity identity;
    private PeerId self;
    private List<CipherSuite> suites = List.of(CipherSuite.CHACHAPOLY, CipherSuite.AESGCM);
    private AuthMode authMode = AuthMode.MAYBE_MUTUAL;
    private TrustedPeers trusted = TrustedPeers.NONE;
    private PeerRole unknownInboundRole = PeerRole.UNKNOWN;
    private Bytes hello = Bytes.utf8("hello");
    private final Limits.Builder limits =
            Limits.builder()
                    .upgradeTimeout(Duration.ofSeconds(30))
                    .closeTimeout(Duration.ofSeconds(5))
                    .maxPendingInbound(64)
                    .maxUnsentBytes(256 << 10)
                    .threads(1);

    /** For a node with this identity. */
    public SettingsBuilder(TestIdentity identity) {
        this.identity = identity;
        this.self = identity.peer();
    }

    /** Another id than the one derived from the key. */
    public SettingsBuilder self(PeerId value) {
        self = value;
        return this;
    }

    /** In order of preference. */
    public SettingsBuilder suites(CipherSuite... value) {
        suites = List.of(value);
        return this;
    }

    /** Who may connect. */
    public SettingsBuilder authMode(AuthMode value) {
        authMode = value;
        return this;
    }

    /** The trusted set. */
    public SettingsBuilder trusted(TrustedPeers value) {
        trusted = value;
        return this;
    }

    /** The role of inbound strangers. */
    public SettingsBuilder unknownInboundRole(PeerRole value) {
        unknownInboundRole = value;
        return this;
    }

    /** The handshake message. */
    public SettingsBuilder hello(Bytes value) {
        hello = value;
        return this;
    }

    /** Largest frame. */
    public SettingsBuilder maxFrameBytes(int value) {
        limits.maxFrameBytes(value);
        return this;
    }

    /** Deadline of a set-up. */
    public SettingsBuilder upgradeTimeout(Duration value) {
        limits.upgradeTimeout(value);
        return this;
    }

    /** Limit for closing. */
    public SettingsBuilder closeTimeout(Duration value) {
        limits.closeTimeout(value);
        return this;
    }

    /** Limit for a peer that takes nothing. */
    public SettingsBuilder writeTimeout(Duration value) {
        limits.writeTimeout(value);
        return this;
    }

    /** The least rate of what has begun. */
    public SettingsBuilder minBytesPerSecond(int value) {
        limits.minBytesPerSecond(value);
        return this;
    }

    /** Inbound set-ups, in total and from one address. */
    public SettingsBuilder maxPending(int total, int perAddress) {
        limits.maxPendingInbound(total).maxPendingPerAddress(perAddress);
        return this;
    }

    /** How many inbound set-ups may begin in a second. */
    public SettingsBuilder acceptRate(AcceptRate value) {
        limits.acceptRate(value);
        return this;
    }

    /** Socket buffers, both ways. */
    public SettingsBuilder bufferBytes(int value) {
        limits.receiveBufferBytes(value).sendBufferBytes(value);
        return this;
    }

    /** Whether a PROXY header is required. */
    public SettingsBuilder proxyProtocol(boolean value) {
        limits.proxyProtocol(value);
        return this;
    }

    /** Owners. */
    public SettingsBuilder threads(int value) {
        limits.threads(value);
        return this;
    }

    /** The settings, with a sink for what the transport reports. */
    public TransportSettings build(Consumer<TransportEvent> events) {
        return TransportSettings.builder(self, identity.privateKey(), () -> hello, events)
                .suites(suites)
                .authMode(authMode)
                .trusted(trusted)
                .unknownInboundRole(unknownInboundRole)
                .clock(CLOCK)
                .limits(limits.build())
                .build();
    }
}
