package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.config.KeyFile;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.node.Identity;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a command needs to know that connects to one peer, once, without listening. */
final class DialOptions {
    @Parameters(
            index = "0",
            paramLabel = "ADDRESS",
            description = "The peer, such as /ip4/10.0.0.1/tcp/6180/noise-ik/0x…/handshake/0.")
    private NetworkAddress address = NetworkAddress.parse("/memory/0");

    @Option(
            names = "--peer-id",
            paramLabel = "0x…",
            description = "Who must be there, where that is not the id of the address's key.")
    private @Nullable PeerId peerId;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Our key file; a fresh key without it.")
    private @Nullable Path key;

    @Option(
            names = "--chain-id",
            paramLabel = "N",
            defaultValue = "4",
            description = "Which chain, 0 to 255 (default: ${DEFAULT-VALUE}).")
    private int chainId;

    @Option(
            names = "--network-id",
            paramLabel = "NETWORK",
            defaultValue = "public",
            description = "public, vfn or validator (default: ${DEFAULT-VALUE}).")
    private NetworkId networkId = NetworkId.PUBLIC;

    @Option(
            names = "--suite",
            paramLabel = "SUITE",
            split = ",",
            description =
                    "chachapoly, aesgcm or both in order of preference (default: the chain's).")
    private @Nullable List<CipherSuite> suites;

    NetworkAddress address() {
        return Addresses.requireDialable("ADDRESS", address);
    }

    PeerId peer() {
        return Addresses.peerAt(address, peerId);
    }

    /** A node that does not listen. */
    AptosNode start(ProtocolId... protocols) {
        address();
        var identity = key == null ? Identity.generate() : KeyFile.read(key);
        if (chainId < 0 || chainId > 255) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--chain-id: " + chainId + " (expected: 0 to 255)");
        }
        var builder =
                AptosNode.builder()
                        .identity(identity)
                        .chainId(chainId)
                        .networkId(networkId)
                        .protocols(protocols);
        if (address.isQuic()) {
            builder.quic(QuicMode.ONLY, 100);
        }
        if (suites != null) {
            builder.suites(suites.toArray(CipherSuite[]::new));
        }
        return builder.start();
    }

    /**
     * Connects. A listener that does not have our suite closes without a word, and the next dial
     * offers the next suite (wire.md section 4.1): so there are as many tries as suites.
     *
     * @param timeout for all of them
     */
    PeerInfo connect(AptosNode node, Duration timeout) throws InterruptedException {
        var until = System.nanoTime() + timeout.toNanos();
        var tries = suites == null ? CipherSuite.defaultsFor(chainId).size() : suites.size();
        while (true) {
            try {
                var left = Math.max(1, until - System.nanoTime());
                return node.connect(peer(), address(), Duration.ofNanos(left));
            } catch (ConnectFailure e) {
                tries--;
                if (tries == 0 || e.failure().reason() != SetupFailure.Reason.TRUNCATED) {
                    throw e;
                }
            }
        }
    }
}
