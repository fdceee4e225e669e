package dev.aptosnet.adapter.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.discovery.DiscoveredPeer;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

class ValidatorSetTextTest {
    private static final PeerId PEER =
            PeerId.parse("0xdf0996b6998ec080ea7931ccd87400fa74eb57f8129bb0f11996ae8bae12d565");

    /** One entry of the main chain's set, as its endpoints answered it in epoch 6600. */
    private static final String ENTRY =
            """
            {"addr": "0xdf0996b6998ec080ea7931ccd87400fa74eb57f8129bb0f11996ae8bae12d565",
             "config": {
               "consensus_pubkey": "0x871b93cc",
               "fullnode_addresses": "0x014704021d6861736865642d76666e2e6170746f732e64737276\
            6c6162732e6e65740526180720d59f925295707a5ab0483b4831b816b7eb399f30f7dfb1d3a5bb54eac\
            15698380800",
               "network_addresses": "0x014d0402236861736865642d76616c696461746f722e6170746f73\
            2e647372766c6162732e6e657405241807208bec6dab190d536b8b929bacba57f8b0188310f953a5e1b\
            401ed537398b02b510800",
               "validator_index": "34"},
             "voting_power": "185798990168963"}\
            """;

    private static final String SET = set(ENTRY, entry(2, 3000, 1234), entry(3, 3000, 1234));

    @Test
    void entryOfTheMainChainIsRead() throws Exception {
        var key = "0x8bec6dab190d536b8b929bacba57f8b0188310f953a5e1b401ed537398b02b51";

        assertThat(peers(SET, NetworkId.VALIDATOR, false).getFirst())
                .isEqualTo(
                        new DiscoveredPeer(
                                PEER,
                                List.of(
                                        NetworkAddress.parse(
                                                "/dns/hashed-validator.aptos.dsrvlabs.net/tcp/6180"
                                                        + "/noise-ik/"
                                                        + key
                                                        + "/handshake/0")),
                                new TreeSet<>(List.of(PublicKey.parse(key))),
                                PeerRole.VALIDATOR));
        assertThat(peers(SET, NetworkId.PUBLIC, false).getFirst().addresses())
                .extracting(NetworkAddress::port)
                .containsExactly(Optional.of(6182));
    }

    @Test
    void thoseThatLeaveAtTheNextEpochAreListedAndThoseThatComeAreNot() throws Exception {
        assertThat(peers(SET, NetworkId.VALIDATOR, false))
                .extracting(DiscoveredPeer::peer)
                .containsExactly(PEER, PeerId.parse("2"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("DI-04 a validator gets validator addresses, with the public-node option or not")
    void validatorGetsValidatorAddresses(boolean option) throws Exception {
        var peer = peers(SET, NetworkId.VALIDATOR, option).get(1);

        assertThat(peer.role()).isEqualTo(PeerRole.VALIDATOR);
        assertThat(peer.addresses()).containsExactly(address(2, 3000));
        assertThat(peer.keys()).containsExactly(key(2));
    }

    @Test
    @DisplayName("DI-05 a public full node with the option gets the public port first, then others")
    void publicNodeWithTheOptionGetsThePublicPortFirst() throws Exception {
        var peer = peers(SET, NetworkId.PUBLIC, true).get(1);

        assertThat(peer.role()).isEqualTo(PeerRole.VALIDATOR);
        assertThat(peer.addresses()).containsExactly(address(2, 6182), address(2, 1234));
    }

    @Test
    void anAddressOverQuicStandsBesideTheOneOverTcpAndMovesToThePublicPortWithIt()
            throws Exception {
        var overQuic = NetworkAddress.parse("/ip4/10.0.0.1/quic/3000").withKey(key(2));
        var both =
                "0x02"
                        + NetworkAddressBcs.encode(address(2, 3000)).toHex()
                        + NetworkAddressBcs.encode(overQuic).toHex();
        var one = "0x01" + NetworkAddressBcs.encode(address(2, 3000)).toHex();
        var set = set(entry(2, 3000, 1234).replace(one, both), "", "");

        assertThat(peers(set, NetworkId.VALIDATOR, false).getFirst().addresses())
                .containsExactly(address(2, 3000), overQuic);
        assertThat(peers(set, NetworkId.PUBLIC, true).getFirst().addresses())
                .containsExactly(
                        address(2, 6182),
                        NetworkAddress.parse("/ip4/10.0.0.1/quic/6182").withKey(key(2)),
                        address(2, 1234));
    }

    @ParameterizedTest
    @CsvSource({"PUBLIC,false", "VFN,false", "VFN,true"})
    @DisplayName("DI-06 without the option, and on the VFN network, full-node addresses are given")
    void othersGetFullNodeAddresses(NetworkId network, boolean option) throws Exception {
        var peer = peers(SET, network, option).get(1);

        assertThat(peer.role()).isEqualTo(PeerRole.VALIDATOR_FULL_NODE);
        assertThat(peer.addresses()).containsExactly(address(2, 1234));
    }

    @ParameterizedTest
    @EnumSource(NetworkId.class)
    void addressesThatDoNotDecodeLeaveTheOthersAlone(NetworkId network) throws Exception {
        var broken = entry(4, 3000, 1234).replace("\"0x01", "\"0x02");
        var set = ValidatorSetText.read(set(ENTRY, broken, entry(3, 1, 1)).getBytes(UTF_8));

        var found = ValidatorPeers.of(set, network, true, NetworkAddressBcs::decodeList);

        assertThat(found.undecodable()).isEqualTo(1);
        assertThat(found.peers()).hasSize(2);
        assertThat(found.peers())
                .filteredOn(peer -> peer.peer().equals(PeerId.parse("4")))
                .singleElement()
                .satisfies(
                        peer -> {
                            assertThat(peer.addresses()).isEmpty();
                            assertThat(peer.keys()).isEmpty();
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|the resource: START_ARRAY (expected: START_OBJECT)",
                "{}|type: null (expected: 0x1::stake::ValidatorSet)",
                "{\"type\": \"0x1::stake::StakePool\"}|type: 0x1::stake::StakePool (expected:"
                        + " 0x1::stake::ValidatorSet)",
                "{\"type\": \"0x1::stake::ValidatorSet\", \"data\": {\"active_validators\": []}}"
                        + "|no active validators",
                "{\"type\": \"0x1::stake::ValidatorSet\", \"data\": {\"active_validators\": {}}}"
                        + "|active_validators: START_OBJECT (expected: START_ARRAY)",
                "{\"data\": {\"active_validators\": [{\"addr\": \"0x1\"}]}}"
                        + "|validator 0x1: no network_addresses",
                "{} {}|more after the end of the resource",
            })
    void whatIsNoValidatorSetIsRefused(String text, String reason) {
        assertThatThrownBy(() -> ValidatorSetText.read(text.getBytes(UTF_8))).hasMessage(reason);
    }

    @Test
    void everyCutIsRefused() {
        for (var length = 0; length < SET.length(); length++) {
            var half = SET.substring(0, length).getBytes(UTF_8);
            assertThatThrownBy(() -> ValidatorSetText.read(half)).isInstanceOf(FailedReading.class);
        }
    }

    @Test
    void flippedBytesAreRefusedOrAreASet() {
        var random = new Random(27);
        for (var i = 0; i < 5_000; i++) {
            var broken = SET.getBytes(UTF_8);
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            try {
                var set = ValidatorSetText.read(broken);
                var found =
                        ValidatorPeers.of(
                                set, NetworkId.PUBLIC, true, NetworkAddressBcs::decodeList);
                assertThat(found.peers()).hasSizeBetween(1, 3);
            } catch (FailedReading e) {
                assertThat(e.reason()).isNotBlank();
            }
        }
    }

    private static List<DiscoveredPeer> peers(String set, NetworkId network, boolean option)
            throws FailedReading {
        var found =
                ValidatorPeers.of(
                        ValidatorSetText.read(set.getBytes(UTF_8)),
                        network,
                        option,
                        NetworkAddressBcs::decodeList);
        assertThat(found.undecodable()).isZero();
        return List.copyOf(found.peers());
    }

    static String set(String active, String leaving, String coming) {
        return """
        {"type": "0x1::stake::ValidatorSet", "data": {
          "consensus_scheme": 0,
          "active_validators": [%s],
          "pending_active": [%s],
          "pending_inactive": [%s],
          "total_joining_power": "0", "total_voting_power": "86379474627565119"}}\
        """
                .formatted(active, coming, leaving);
    }

    /** The entry of validator {@code number}, whose key is its number too. */
    static String entry(int number, int port, int fullnodePort) {
        return """
        {"addr": "0x%x", "config": {"consensus_pubkey": "0x", "validator_index": "0",
         "network_addresses": "0x01%s", "fullnode_addresses": "0x01%s"}, "voting_power": "1"}\
        """
                .formatted(
                        number,
                        NetworkAddressBcs.encode(address(number, port)).toHex(),
                        NetworkAddressBcs.encode(address(number, fullnodePort)).toHex());
    }

    static NetworkAddress address(int number, int port) {
        return NetworkAddress.parse("/ip4/10.0.0.1/tcp/" + port).withKey(key(number));
    }

    static PublicKey key(int number) {
        return PublicKey.parse("%064x".formatted(number));
    }
}
