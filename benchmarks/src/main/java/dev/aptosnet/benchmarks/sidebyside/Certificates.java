package dev.aptosnet.benchmarks.sidebyside;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;

/**
 * Self-signed certificates (ECDSA on P-256) of the two ends, each of which trusts the other's and
 * no other.
 *
 * @param key our private key
 * @param own its certificate
 * @param peer the certificate that the other end has to show
 */
record Certificates(PrivateKey key, X509Certificate own, X509Certificate peer) {
    private static final String ALIAS = "side";
    private static final String PASSWORD = "side-by-side";

    /** Makes both ends' files, with the JDK's keytool. */
    static void write(Path directory) throws IOException, InterruptedException {
        write(directory, Role.NEAR);
        write(directory, Role.FAR);
    }

    private static void write(Path directory, Role role) throws IOException, InterruptedException {
        var log = directory.resolve("keytool-" + role.word() + ".log");
        var keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-validity",
                                "2",
                                "-alias",
                                ALIAS,
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                file(directory, role).toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IOException("keytool failed: " + Files.readString(log, UTF_8).strip());
        }
    }

    private static Path file(Path directory, Role role) {
        return directory.resolve(role.word() + ".p12");
    }

    /** Those of one end. */
    static Certificates read(Path directory, Role role)
            throws GeneralSecurityException, IOException {
        var password = PASSWORD.toCharArray();
        var own = KeyStore.getInstance(file(directory, role).toFile(), password);
        var peer = KeyStore.getInstance(file(directory, role.other()).toFile(), password);
        return new Certificates(
                (PrivateKey) own.getKey(ALIAS, password),
                (X509Certificate) own.getCertificate(ALIAS),
                (X509Certificate) peer.getCertificate(ALIAS));
    }
}
