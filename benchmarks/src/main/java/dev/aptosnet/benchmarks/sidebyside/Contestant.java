package dev.aptosnet.benchmarks.sidebyside;

import dev.aptosnet.ports.model.CipherSuite;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Who takes part. */
enum Contestant {
    /** The reference: Netty, TLS 1.3 of BoringSSL, a length and an id. */
    TLS("tls", "TLS"),
    /** What most would take. */
    GRPC("grpc", "gRPC"),
    /** This project: AES-GCM, inline handlers and callbacks. */
    AESGCM("aptosnet-aesgcm", "aptosnet AESGCM"),
    /** This project: ChaCha20-Poly1305, inline handlers and callbacks. */
    CHACHAPOLY("aptosnet-chachapoly", "aptosnet ChaChaPoly"),
    /** This project: AES-GCM, handlers and callers on virtual threads. */
    BLOCKING("aptosnet-blocking", "aptosnet blocking");

    private final String key;
    private final String title;

    Contestant(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /** What {@code --contestants} calls it. */
    String key() {
        return key;
    }

    /** The head of its column. */
    String title() {
        return title;
    }

    NearEnd<?> near(Path certificates) throws Exception {
        return switch (this) {
            case TLS -> new TlsNear(Certificates.read(certificates, Role.NEAR));
            case GRPC -> new GrpcNear(Certificates.read(certificates, Role.NEAR));
            case AESGCM -> new AptosNear(CipherSuite.AESGCM, true);
            case CHACHAPOLY -> new AptosNear(CipherSuite.CHACHAPOLY, true);
            case BLOCKING -> new AptosNear(CipherSuite.AESGCM, false);
        };
    }

    FarEnd far(Path certificates) throws Exception {
        return switch (this) {
            case TLS -> new TlsFar(Certificates.read(certificates, Role.FAR));
            case GRPC -> new GrpcFar(Certificates.read(certificates, Role.FAR));
            case AESGCM -> new AptosFar(CipherSuite.AESGCM, true);
            case CHACHAPOLY -> new AptosFar(CipherSuite.CHACHAPOLY, true);
            case BLOCKING -> new AptosFar(CipherSuite.AESGCM, false);
        };
    }

    static Contestant parse(String key) {
        for (var contestant : values()) {
            if (contestant.key.equals(key)) {
                return contestant;
            }
        }
        throw new IllegalArgumentException(
                "--contestants: "
                        + key
                        + " (expected: "
                        + Arrays.stream(values())
                                .map(Contestant::key)
                                .collect(Collectors.joining(", "))
                        + ")");
    }
}
