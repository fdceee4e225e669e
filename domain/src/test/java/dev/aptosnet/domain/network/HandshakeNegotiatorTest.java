package dev.aptosnet.domain.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.util.List;

class HandshakeNegotiatorTest {
    private static HandshakeMsg hello(boolean quic) {
        var spoken = List.of(ProtocolId.NETBENCH_RPC);
        return HandshakeMsg.decode(
                HandshakeNegotiator.hello(4, NetworkId.PUBLIC, spoken, quic).encode());
    }

    @Test
    void aNodeThatListensOverQuicAnnouncesIt() {
        assertThat(hello(true).capabilities()).contains(Capability.QUIC_ADDRESS);
        assertThat(hello(false).capabilities())
                .isNotEmpty()
                .doesNotContain(Capability.QUIC_ADDRESS);
    }

    @Test
    void theQuicCapabilityChangesNoOther() {
        var with = hello(true).capabilities();
        var without = hello(false).capabilities();
        assertThat(with).containsAll(without).hasSize(without.size() + 1);
    }
}
