package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.settings.QuicMode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class QuicSectionTest {
    @TempDir private Path directory;

    /** The lines come from line 4 on. */
    private Path file(String lines) throws IOException {
        var text =
                "base: { chain_id: 4 }\nfull_node_networks:\n  - network_id: public\n"
                        + lines.indent(4);
        return Files.writeString(directory.resolve("node.yaml"), text);
    }

    private NetworkConfig read(String lines) throws IOException {
        return NodeConfig.read(file(lines)).first();
    }

    private String refusal(String lines) throws IOException {
        var file = file(lines);
        var refused = catchThrowableOfType(ConfigException.class, () -> NodeConfig.read(file));
        assertThat(refused).as(lines).isNotNull();
        return String.valueOf(refused.getMessage()).substring(directory.toString().length() + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_inbound_connections: 50",
                "transports: {}",
                "transports: { quic: {} }",
                "transports: { quic: { rollout_percent: 0 } }",
                "transports: { quic: { mode: off } }",
                "transports: { quic: { mode: off, rollout_percent: 0 } }"
            })
    void itIsOffUnlessSaidOtherwise(String lines) throws Exception {
        assertThat(read(lines).quic()).isEqualTo(QuicRollout.OFF);
    }

    @ParameterizedTest
    @EnumSource(
            value = QuicMode.class,
            names = {"RACE", "PREFER", "ONLY"})
    void everyModeIsRead(QuicMode mode) throws Exception {
        var text = "transports: { quic: { mode: MODE, rollout_percent: 25 } }";
        assertThat(read(text.replace("MODE", mode.configName())).quic())
                .isEqualTo(new QuicRollout(mode, 25));
    }

    @Test
    void aModeMayStandReadyAtZeroPercent() throws Exception {
        var rollout = read("transports: { quic: { mode: race, rollout_percent: 0 } }").quic();
        assertThat(rollout).isEqualTo(new QuicRollout(QuicMode.RACE, 0));
        assertThat(rollout.isOn()).isFalse();
    }

    @Test
    void itMayHaveAnAddressOfItsOwn() throws Exception {
        var network =
                read(
                        """
                        listen_address: "/ip4/0.0.0.0/tcp/7180"
                        transports:
                          quic: { mode: race, rollout_percent: 5, listen_address: "/ip4/0.0.0.0/quic/7443" }
                        """);
        assertThat(network.listen())
                .containsExactly(
                        NetworkAddress.parse("/ip4/0.0.0.0/tcp/7180"),
                        NetworkAddress.parse("/ip4/0.0.0.0/quic/7443"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transports: { quic: { mode: rase } }"
                        + "|transports.quic.mode: \"rase\" (expected: off, race, prefer or only)",
                "transports: { quic: { mode: race, rollout_percent: 101 } }"
                        + "|transports.quic.rollout_percent: 101 (expected: 0 to 100)",
                "transports: { quic: { mode: race, rollout_percent: 5% } }"
                        + "|transports.quic.rollout_percent: \"5%\" (expected: 0 to 100)",
                "transports: { quic: { rollout_percent: 5 } }"
                        + "|transports.quic.rollout_percent: 5 (expected: 0 while mode is off, or a"
                        + " mode of race, prefer or only)",
                "transports: { quic: { mode: off, rollout_percent: 5 } }"
                        + "|transports.quic.rollout_percent: 5 (expected: 0 while mode is off, or a"
                        + " mode of race, prefer or only)",
                "transports: { quic: { mode: race, rolout_percent: 5 } }"
                        + "|transports.quic.rolout_percent: unknown key (expected: did you mean"
                        + " rollout_percent?)",
                "transports: { quik: { mode: race } }"
                        + "|transports.quik: unknown key (expected: did you mean quic?)",
                "transports: { quic: { listen_address: /ip4/0.0.0.0/quic/1 } }"
                        + "|transports.quic.listen_address: /ip4/0.0.0.0/quic/1 (expected: none"
                        + " while mode is off or rollout_percent 0)",
                "transports: { quic: { mode: race, rollout_percent: 1, listen_address:"
                        + " /ip4/0.0.0.0/tcp/1 } }|transports.quic.listen_address:"
                        + " \"/ip4/0.0.0.0/tcp/1\" (expected: an address such as"
                        + " /ip4/0.0.0.0/quic/6180)",
                "listen_address: /ip4/0.0.0.0/quic/1|listen_address: /ip4/0.0.0.0/quic/1 (expected:"
                        + " a TCP port, or a mode and a rollout_percent of transports.quic)"
            })
    void whatIsWrongIsRefusedWithFileLineAndKey(String lines, String expected) throws Exception {
        assertThat(refusal(lines)).startsWith("node.yaml:4: ").endsWith(expected);
    }
}
