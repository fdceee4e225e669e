package dev.aptosnet.domain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

class HandshakeMsgTest {
    private static final ProtocolId HEALTH = ProtocolId.HEALTH_CHECKER_RPC;
    private static final ProtocolId MEMPOOL = ProtocolId.MEMPOOL_DIRECT_SEND;

    private static HandshakeMsg message(ProtocolSet set) {
        return HandshakeMsg.v1(set, 4, NetworkId.PUBLIC);
    }

    private static ProtocolSet positions(int... positions) {
        return ProtocolSet.ofPositions(IntStream.of(positions));
    }

    @Test
    void theExamplesOfTheSpecificationHold() {
        var validator = HandshakeMsg.v1(ProtocolSet.of(HEALTH), 4, NetworkId.VALIDATOR);
        assertThat(validator.encode()).isEqualTo(Bytes.hex("010001040400"));
        var fullNode =
                HandshakeMsg.v1(
                        ProtocolSet.of(
                                MEMPOOL,
                                HEALTH,
                                ProtocolId.STORAGE_SERVICE_RPC,
                                ProtocolId.PEER_MONITORING_SERVICE_RPC),
                        1,
                        NetworkId.PUBLIC);
        assertThat(fullNode.encode()).isEqualTo(Bytes.hex("01000224a00101"));
        assertThat(HandshakeMsg.decode(fullNode.encode())).isEqualTo(fullNode);
        var vfn = HandshakeMsg.v1(ProtocolSet.of(HEALTH), 2, NetworkId.VFN);
        assertThat(vfn.encode()).isEqualTo(Bytes.hex("010001040202" + "0376666e"));
    }

    @Test
    void aCommonCapabilityIsNoCommonProtocol() {
        var ours = ProtocolSet.of(List.of(HEALTH), EnumSet.of(Capability.REFUSALS));
        var theirs = ProtocolSet.of(List.of(MEMPOOL), EnumSet.of(Capability.REFUSALS));
        assertThat(HandshakeMsg.negotiate(message(ours), message(theirs)))
                .isEqualTo(new Negotiation.NoCommonProtocols());
    }

    @Test
    void aCommonUnknownPositionBelowCapabilitiesIsACommonProtocol() {
        assertThat(HandshakeMsg.negotiate(message(positions(1, 247)), message(positions(2, 247))))
                .isEqualTo(new Negotiation.Agreed(MessagingVersion.V1, positions(247), Set.of()));
    }

    @Test
    void protocolsAndCapabilitiesAreAgreedApart() {
        var ours =
                ProtocolSet.of(
                        List.of(HEALTH, MEMPOOL),
                        EnumSet.of(Capability.REFUSALS, Capability.DEADLINES));
        var theirs =
                ProtocolSet.of(
                        List.of(HEALTH), EnumSet.of(Capability.DEADLINES, Capability.GOSSIP));
        var agreed =
                new Negotiation.Agreed(
                        MessagingVersion.V1, ProtocolSet.of(HEALTH), Set.of(Capability.DEADLINES));
        assertThat(HandshakeMsg.negotiate(message(ours), message(theirs))).isEqualTo(agreed);
        assertThat(HandshakeMsg.negotiate(message(theirs), message(ours))).isEqualTo(agreed);
    }

    @Test
    @DisplayName("AU-11 the same chain and network agree; another network or chain is refused")
    void anotherNetworkOrChainIsRefused() {
        var own = HandshakeMsg.v1(positions(0), 4, NetworkId.PUBLIC);
        assertThat(HandshakeMsg.negotiate(own, own))
                .isEqualTo(new Negotiation.Agreed(MessagingVersion.V1, positions(0), Set.of()));
        assertThat(
                        HandshakeMsg.negotiate(
                                own, HandshakeMsg.v1(positions(0), 4, NetworkId.VALIDATOR)))
                .isEqualTo(new Negotiation.InvalidNetworkId(NetworkId.PUBLIC, NetworkId.VALIDATOR));
        assertThat(HandshakeMsg.negotiate(own, HandshakeMsg.v1(positions(0), 5, NetworkId.PUBLIC)))
                .isEqualTo(new Negotiation.InvalidChainId(4, 5));
    }

    @Test
    @DisplayName("AU-12 exactly the common protocols are agreed; without any there is no agreement")
    void commonProtocolsAreAgreed() {
        var ours = message(positions(0, 4));
        assertThat(HandshakeMsg.negotiate(ours, message(positions(0, 2))))
                .isEqualTo(new Negotiation.Agreed(MessagingVersion.V1, positions(0), Set.of()));
        assertThat(HandshakeMsg.negotiate(ours, new HandshakeMsg(Map.of(), 4, NetworkId.PUBLIC)))
                .isEqualTo(new Negotiation.NoCommonProtocols());
        assertThat(HandshakeMsg.negotiate(ours, message(ProtocolSet.EMPTY)))
                .isEqualTo(new Negotiation.NoCommonProtocols());
    }

    @Test
    @DisplayName("AU-13 what both ends send each other brings both to the same agreement")
    void bothEndsAgreeOnTheSame() {
        var dialer = message(ProtocolSet.of(HEALTH, MEMPOOL, ProtocolId.STORAGE_SERVICE_RPC));
        var listener = message(ProtocolSet.of(ProtocolId.STORAGE_SERVICE_RPC, HEALTH));
        var atDialer = HandshakeMsg.negotiate(dialer, HandshakeMsg.decode(listener.encode()));
        var atListener = HandshakeMsg.negotiate(listener, HandshakeMsg.decode(dialer.encode()));
        assertThat(atDialer)
                .isEqualTo(atListener)
                .isEqualTo(
                        new Negotiation.Agreed(
                                MessagingVersion.V1,
                                ProtocolSet.of(HEALTH, ProtocolId.STORAGE_SERVICE_RPC),
                                Set.of()));
    }

    @Test
    void chainIsCheckedBeforeNetworkAndNetworkBeforeProtocols() {
        var own = HandshakeMsg.v1(positions(1), 1, NetworkId.PUBLIC);
        assertThat(
                        HandshakeMsg.negotiate(
                                own, HandshakeMsg.v1(positions(2), 2, NetworkId.VALIDATOR)))
                .isEqualTo(new Negotiation.InvalidChainId(1, 2));
        assertThat(
                        HandshakeMsg.negotiate(
                                own, HandshakeMsg.v1(positions(2), 1, NetworkId.VALIDATOR)))
                .isEqualTo(new Negotiation.InvalidNetworkId(NetworkId.PUBLIC, NetworkId.VALIDATOR));
        assertThat(HandshakeMsg.negotiate(own, new HandshakeMsg(Map.of(), 1, NetworkId.PUBLIC)))
                .isEqualTo(new Negotiation.NoCommonProtocols());
    }

    @Test
    void malformedMessagesHaveTheCodesOfTheSpecification() {
        assertCode("", WireError.EOF);
        assertCode("01000104040000", WireError.TRAILING_BYTES);
        assertCode("010101040400", WireError.UNKNOWN_VARIANT);
        assertCode("020001040001080400", WireError.NON_CANONICAL_MAP);
        assertCode("010001040405", WireError.UNKNOWN_VARIANT);
        assertCode("01000104040202c328", WireError.INVALID_UTF8);
        assertCode("0100814000" + "00".repeat(8192) + "0401", WireError.BITVEC_TOO_LONG);
    }

    @Test
    void everyTruncationIsRefused() {
        var bytes = HandshakeMsg.v1(positions(5, 255), 2, NetworkId.VFN).encode();
        for (var length = 0; length < bytes.size(); length++) {
            var cut = bytes.slice(0, length);
            assertThatThrownBy(() -> HandshakeMsg.decode(cut))
                    .as("%d bytes", length)
                    .isInstanceOf(BcsException.class);
        }
    }

    private static void assertCode(String hex, WireError expected) {
        assertThatThrownBy(() -> HandshakeMsg.decode(Bytes.hex(hex)))
                .isInstanceOfSatisfying(
                        BcsException.class, e -> assertThat(e.code()).isEqualTo(expected));
    }

    @Test
    void positionsAreBitsFromTheMostSignificant() {
        assertThat(positions(0).vector()).isEqualTo(Bytes.hex("80"));
        assertThat(positions(7, 8).vector()).isEqualTo(Bytes.hex("0180"));
        assertThat(positions(65_535).vector().size()).isEqualTo(8192);
        assertThat(ProtocolSet.EMPTY.vector()).isEqualTo(Bytes.EMPTY);
        assertThatThrownBy(() -> positions(65_536)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReceivedVectorKeepsItsTrailingZerosButIsTheSameSet() {
        var received = ProtocolSet.ofVector(Bytes.hex("04000000"));
        assertThat(received.vector()).isEqualTo(Bytes.hex("04000000"));
        assertThat(received).isEqualTo(positions(5)).hasSameHashCodeAs(positions(5));
        assertThat(ProtocolSet.ofVector(Bytes.hex("0000")).isEmpty()).isTrue();
    }
}
