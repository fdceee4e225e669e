package dev.aptosnet.ports.model;

import java.util.List;
import java.util.Locale;

/** The two cipher suites of Noise IK with x25519 and SHA-256 (wire.md section 4.1). */
public enum CipherSuite {
    /** ChaCha20-Poly1305, as the protocol's overview names it. */
    CHACHAPOLY("Noise_IK_25519_ChaChaPoly_SHA256"),
    /** AES-256-GCM, the only suite of aptos-core. */
    AESGCM("Noise_IK_25519_AESGCM_SHA256");

    private final String protocolName;

    CipherSuite(String protocolName) {
        this.protocolName = protocolName;
    }

    /** The Noise protocol name that both ends hash. */
    public String protocolName() {
        return protocolName;
    }

    /** The name in configuration files and on the command line, in lower case. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The suite that {@code name} names in a configuration.
     *
     * @throws IllegalArgumentException for any other name
     */
    public static CipherSuite parse(String name) {
        for (var suite : values()) {
            if (suite.configName().equals(name)) {
                return suite;
            }
        }
        throw new IllegalArgumentException(
                "noise_suites: \"" + name + "\" (expected: chachapoly or aesgcm)");
    }

    /**
     * What a chain's nodes speak unless configured otherwise: the public Aptos chains (1, 2, 3)
     * AES-GCM alone, every other chain both, ChaChaPoly first.
     */
    public static List<CipherSuite> defaultsFor(int chainId) {
        return chainId >= 1 && chainId <= 3 ? List.of(AESGCM) : List.of(CHACHAPOLY, AESGCM);
    }
}
