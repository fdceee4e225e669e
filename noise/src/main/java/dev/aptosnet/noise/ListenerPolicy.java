package dev.aptosnet.noise;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.TrustedPeers;

import java.util.List;

/**
 * Whom a listener lets in.
 *
 * @param self our peer id
 * @param keys our static key pair
 * @param suites the suites to try, in this order; {@code noise_suites}
 * @param authMode {@code mutual_authentication}
 * @param trusted the trusted set, asked once for each authenticated key
 * @param unknownInboundRole the role of a peer outside the trusted set
 */
public record ListenerPolicy(
        PeerId self,
        KeyPair keys,
        List<CipherSuite> suites,
        AuthMode authMode,
        TrustedPeers trusted,
        PeerRole unknownInboundRole) {
    /** Copies the list; repeated suites count once. */
    public ListenerPolicy {
        suites = suites.stream().distinct().toList();
        if (suites.isEmpty()) {
            throw new IllegalArgumentException(
                    "noise_suites: empty (expected: at least one suite)");
        }
    }
}
