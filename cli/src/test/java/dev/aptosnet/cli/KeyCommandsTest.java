package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class KeyCommandsTest {
    private static final String SEED = "0".repeat(63) + "7";

    /** The x25519 public key of {@link #SEED}. */
    private static final String PUBLIC_KEY =
            "0xf6031bd7596323fa540041bd3a635133e72878493e7620048875887bdc8b9907";

    @TempDir private Path directory;

    private Path key() {
        return directory.resolve("key.yaml");
    }

    @Test
    void aKeyFileIsReadableByItsOwnerAlone() throws Exception {
        var outcome = Outcome.of("keygen", "--out", key().toString());
        assertThat(outcome.code()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(key()))
                .matches("---\nnetwork_private_key: \"0x[0-9a-f]{64}\"\n");
    }

    @Test
    void twoKeysDiffer() {
        var first = Outcome.of("keygen", "--json", "--out", key().toString());
        var second = Outcome.of("keygen", "--json", "--out", key() + "2");
        assertThat(first.json().get("public_key")).isNotEqualTo(second.json().get("public_key"));
    }

    @Test
    void aSeedGivesTheSameKeyEveryTime() {
        var made = Outcome.of("keygen", "--out", key().toString(), "--seed-hex", SEED, "--json");
        assertThat(made.json().get("peer_id").asString()).isEqualTo(PUBLIC_KEY);
        assertThat(made.json().get("public_key").asString()).isEqualTo(PUBLIC_KEY);
        var shown =
                Outcome.of("id", "--key", key().toString(), "--address", "/ip4/10.0.0.1/tcp/6180");
        assertThat(shown.out())
                .containsExactly(
                        "peer id     " + PUBLIC_KEY,
                        "public key  " + PUBLIC_KEY,
                        "address     /ip4/10.0.0.1/tcp/6180/noise-ik/"
                                + PUBLIC_KEY
                                + "/handshake/0");
    }

    @Test
    void anAccountIsThePeerId() throws Exception {
        Outcome.of(
                "keygen", "--out", key().toString(), "--seed-hex", SEED, "--account", "0xabc123");
        assertThat(Files.readString(key())).contains("account_address: \"" + "0".repeat(58));
        var shown = Outcome.of("id", "--key", key().toString(), "--json").json();
        assertThat(shown.get("peer_id").asString()).isEqualTo("0x" + "0".repeat(58) + "abc123");
        assertThat(shown.get("public_key").asString()).isEqualTo(PUBLIC_KEY);
    }

    @Test
    void anExistingFileStaysUnlessForced() throws Exception {
        Outcome.of("keygen", "--out", key().toString());
        var before = Files.readString(key());
        var refused = Outcome.of("keygen", "--out", key().toString());
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).hasSize(1);
        assertThat(refused.err().getFirst()).contains("key.yaml").contains("--force");
        assertThat(Files.readString(key())).isEqualTo(before);
        assertThat(Outcome.of("keygen", "--out", key().toString(), "--force").code()).isZero();
        assertThat(Files.readString(key())).isNotEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(key());
        }
    }

    @Test
    void aFileThatOthersMayReadIsRefusedWithTheRemedy() throws Exception {
        Outcome.of("keygen", "--out", key().toString());
        for (var mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString(mode));
            var outcome = Outcome.of("id", "--key", key().toString());
            assertThat(outcome.code()).isEqualTo(3);
            assertThat(outcome.err()).hasSize(1);
            assertThat(outcome.err().getFirst()).contains("chmod 600 " + key());
        }
    }

    @Test
    void aBadKeyIsRefusedWithItsLineAndNotRepeated() throws Exception {
        assertThat(refusal("---\nnetwork_private_key: \"0xsecret\"\n"))
                .contains("key.yaml:2: network_private_key: ")
                .contains("64 hex digits")
                .doesNotContain("secret");
        assertThat(refusal("network_key: 1\n")).contains("network_private_key: missing");
        assertThat(refusal("network_private_key: \"0x" + SEED + "\"\nacount_address: 1\n"))
                .contains("key.yaml:2: acount_address")
                .contains("account_address?");
        assertThat(refusal("network_private_key: [\n")).contains("not YAML");
        assertThat(refusal("- 1\n")).contains("key.yaml:1:").contains("a mapping");
    }

    private String refusal(String text) throws Exception {
        Files.deleteIfExists(key());
        Files.createFile(
                key(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key(), text);
        var outcome = Outcome.of("id", "--key", key().toString());
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).hasSize(1);
        return outcome.err().getFirst();
    }

    @Test
    void aMissingFileIsOneLine() {
        var outcome = Outcome.of("id", "--key", key().toString());
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).hasSize(1);
        assertThat(outcome.err().getFirst()).contains("aptosnet keygen");
    }

    @Test
    void aMissingDirectoryIsOneLine() {
        var outcome = Outcome.of("keygen", "--out", directory.resolve("no/key.yaml").toString());
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).hasSize(1);
    }

    @Test
    void aSeedOfAnotherLengthIsWrongUse() {
        for (var seed : new String[] {"00", "zz" + SEED.substring(2)}) {
            var outcome = Outcome.of("keygen", "--out", key().toString(), "--seed-hex", seed);
            assertThat(outcome.code()).isEqualTo(2);
            assertThat(outcome.err()).hasSize(1);
            assertThat(key()).doesNotExist();
        }
    }
}
