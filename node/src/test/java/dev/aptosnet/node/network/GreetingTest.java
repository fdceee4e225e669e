package dev.aptosnet.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.util.List;

class GreetingTest {
    private static HandshakeMsg greeting(boolean quic) throws BcsException {
        var spoken = List.of(ProtocolId.NETBENCH_RPC);
        return HandshakeMsg.decode(new Greeting(4, NetworkId.PUBLIC, spoken, quic).encoded());
    }

    @Test
    void whoListensOverQuicAnnouncesIt() throws Exception {
        assertThat(greeting(true).capabilities()).contains(Capability.QUIC_ADDRESS);
        assertThat(greeting(false).capabilities())
                .isNotEmpty()
                .doesNotContain(Capability.QUIC_ADDRESS);
    }

    @Test
    void whatIsAnnouncedOfQuicChangesNothingElse() throws Exception {
        var with = greeting(true).capabilities();
        var without = greeting(false).capabilities();
        assertThat(with).containsAll(without).hasSize(without.size() + 1);
    }
}
