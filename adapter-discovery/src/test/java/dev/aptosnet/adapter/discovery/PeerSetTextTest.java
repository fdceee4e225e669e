package dev.aptosnet.adapter.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;

class PeerSetTextTest {
    private static final String KEY =
            "080e287879c918794170e258bfaddd75acac5b3e350419044655e4983a487120";
    private static final String ADDRESS =
            "/ip4/10.0.0.1/tcp/6180/noise-ik/0x" + KEY + "/handshake/0";

    private static final String YAML =
            """
            ---
            %1$s:
              addresses:
                - "%2$s"
              keys:
                - "0x%1$s"
              role: ValidatorFullNode
            12:
              addresses: []
              keys: []
              role: Upstream
            """
                    .formatted(KEY, ADDRESS);

    private static final String JSON =
            """
            {
            \t"%1$s": {"addresses": ["%2$s"], "keys": ["%1$s"], "role": "ValidatorFullNode"},
            \t"0x12": {"role": "upstream_peer", "keys": [], "addresses": []}
            }
            """
                    .formatted(KEY, ADDRESS);

    private static final List<DiscoveredPeer> PEERS =
            List.of(
                    new DiscoveredPeer(
                            PeerId.parse("12"), List.of(), new TreeSet<>(), PeerRole.UPSTREAM),
                    new DiscoveredPeer(
                            PeerId.parse(KEY),
                            List.of(NetworkAddress.parse(ADDRESS)),
                            new TreeSet<>(List.of(PublicKey.parse(KEY))),
                            PeerRole.VALIDATOR_FULL_NODE));

    @Test
    void yamlAndJsonSayTheSame() throws Exception {
        assertThat(PeerSetText.yaml(YAML)).isEqualTo(PEERS);
        assertThat(PeerSetText.json(JSON)).isEqualTo(PEERS);
    }

    @Test
    void emptySetIsASetAndNothingIsNone() throws Exception {
        assertThat(PeerSetText.yaml("{}")).isEmpty();
        assertThat(PeerSetText.yaml("--- {}\n")).isEmpty();
        assertThat(PeerSetText.json("{}")).isEmpty();
        for (var nothing : List.of("", "\n", "---\n", "# a comment\n", "null\n")) {
            assertThatThrownBy(() -> PeerSetText.yaml(nothing))
                    .hasMessage("nothing in it (an empty set is written {})");
        }
        assertThatThrownBy(() -> PeerSetText.json("")).isInstanceOf(FailedReading.class);
    }

    @Test
    void textThatWasCutOffIsRefusedOrLacksWholePeers() throws Exception {
        for (var length = 0; length < YAML.length(); length++) {
            try {
                assertThat(PEERS).containsAll(PeerSetText.yaml(YAML.substring(0, length)));
            } catch (FailedReading e) {
                assertThat(e.reason()).as("first %d characters", length).isNotBlank();
            }
        }
        for (var length = 0; length < JSON.stripTrailing().length(); length++) {
            var half = JSON.substring(0, length);
            assertThatThrownBy(() -> PeerSetText.json(half)).isInstanceOf(FailedReading.class);
        }
    }

    @Test
    void textWithBitsFlippedIsRefusedOrIsASet() {
        var random = new Random(14);
        for (var i = 0; i < 20_000; i++) {
            var broken = new StringBuilder(YAML);
            broken.setCharAt(random.nextInt(YAML.length()), (char) random.nextInt(256));
            try {
                assertThat(PeerSetText.yaml(broken.toString())).hasSizeLessThan(4);
            } catch (FailedReading e) {
                assertThat(e.reason()).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1, 2]|line 1: START_ARRAY (expected: a mapping from peer ids)",
                "{zz: {}}|line 1: peer id: \"zz\" (expected: 1 to 64 hex digits)",
                "{1: 5}|line 1: VALUE_NUMBER_INT (expected: addresses, keys and role)",
                "{1: {}}|line 1: peer 0x1: no addresses",
                "{1: {addresses: [], keys: []}}|line 1: peer 0x1: no role",
                "{1: {adresses: []}}|line 1: adresses: unknown (expected: addresses, keys, role)",
                "{1: {addresses: {}}}|line 1: START_OBJECT (expected: a list)",
                "{1: {addresses: [[]]}}|line 1: START_ARRAY (expected: text)",
                "{1: {addresses: [], keys: [{}]}}|line 1: START_OBJECT (expected: text)",
            })
    void whatDoesNotBelongIsRefusedWithItsLine(String text, String reason) {
        assertThatThrownBy(() -> PeerSetText.yaml(text + "\n")).hasMessage(reason);
    }

    @Test
    void peerThatIsThereTwiceIsRefused() {
        var peer = "{addresses: [], keys: [], role: Known}";

        assertThatThrownBy(() -> PeerSetText.yaml("{1: " + peer + ", 0x01: " + peer + "}"))
                .hasMessage("line 1: 0x01: twice");
    }

    @Test
    void secondDocumentIsRefused() {
        assertThatThrownBy(() -> PeerSetText.yaml("--- {}\n--- {}\n"))
                .hasMessageContaining("more after the end");
    }

    @Test
    void aliasesAreRefusedBeforeAnythingGrows() {
        var bomb = new StringBuilder("a: &a [\"lol\"]\n");
        for (var level = 'b'; level <= 'i'; level++) {
            var before = (char) (level - 1);
            bomb.append(level).append(": &").append(level).append(" [");
            bomb.append(("*" + before + ",").repeat(9)).append("*").append(before).append("]\n");
        }
        var inPlace = "{1: {addresses: &x [], keys: *x, role: Known}}";

        assertThatThrownBy(() -> PeerSetText.yaml(bomb.toString()))
                .isInstanceOf(FailedReading.class);
        assertThatThrownBy(() -> PeerSetText.yaml(inPlace))
                .hasMessage("line 1: an alias (expected: the value itself)");
    }

    @Test
    void deepNestingIsRefusedAtItsBeginning() {
        assertThatThrownBy(() -> PeerSetText.yaml("[".repeat(1_000_000) + "\n"))
                .isInstanceOf(FailedReading.class);
        assertThatThrownBy(() -> PeerSetText.json("{\"1\":".repeat(200_000)))
                .isInstanceOf(FailedReading.class);
    }
}
