package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.PublicKey;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** What is remembered of known peers has an end. */
class StaticSecretsTest {
    private final StaticSecrets secrets = new StaticSecrets();

    @Test
    void whoWasAskedForLongestAgoIsForgotten() {
        for (var i = 0; i < StaticSecrets.MAX_PEERS; i++) {
            secrets.keep(key(i), new byte[] {(byte) i});
        }
        assertThat(secrets.find(key(0))).containsExactly(0);
        secrets.keep(key(StaticSecrets.MAX_PEERS), new byte[] {1});
        assertThat(secrets.size()).isEqualTo(StaticSecrets.MAX_PEERS);
        assertThat(secrets.find(key(0))).containsExactly(0);
        assertThat(secrets.find(key(1))).isNull();
    }

    private static PublicKey key(int number) {
        return PublicKey.of(ByteBuffer.allocate(32).putInt(number).array());
    }
}
