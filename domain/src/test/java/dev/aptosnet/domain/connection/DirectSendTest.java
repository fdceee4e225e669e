package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Direct sends through a connection (conformance.md DS). */
class DirectSendTest extends ConnectionTestBase {
    @Test
    @DisplayName("DS-01: thirty direct sends are thirty frames with the protocol and priority 0")
    void directSendsAreFrames() {
        for (var i = 0; i < 30; i++) {
            peer.send(SEND, MessageClass.NORMAL, text("message " + i));
        }
        var frames = written();
        assertThat(frames).hasSize(30);
        for (var i = 0; i < 30; i++) {
            var view = read(frames.get(i));
            assertThat(view.kind()).isEqualTo(FrameKind.DIRECT_SEND);
            assertThat(view.protocol()).isEqualTo(SEND.number());
            assertThat(view.priority()).isZero();
            assertThat(view.payload()).isEqualTo(text("message " + i));
        }
        assertThat(peer.count(Observation.DIRECT_SEND_SENT)).isEqualTo(30);
        assertThat(peer.isReleased()).isTrue();
    }

    @Test
    @DisplayName("DS-02: thirty frames are thirty direct sends with their content, then the end")
    void framesAreDirectSends() {
        for (var i = 0; i < 30; i++) {
            receive(directSend(SEND, text("message " + i)));
        }
        peer.connection.onClosed("end of stream");
        assertThat(peer.directSends).hasSize(30);
        for (var i = 0; i < 30; i++) {
            assertThat(peer.directSends.get(i).payload()).isEqualTo(text("message " + i));
            assertThat(peer.directSends.get(i).protocol()).isEqualTo(SEND);
        }
    }

    @Test
    @DisplayName("DS-03: two that send at the same time each get the other's message")
    void bothSendAtOnce() {
        var other = Endpoint.of(Endpoint.NONE);
        peer.send(SEND, MessageClass.NORMAL, text("from one"));
        other.send(SEND, MessageClass.NORMAL, text("from the other"));
        var ours = written();
        for (var frame : written(other)) {
            receive(frame);
        }
        for (var frame : ours) {
            other.receive(START, frame);
        }
        assertThat(peer.directSends).hasSize(1);
        assertThat(peer.directSends.getFirst().payload()).isEqualTo(text("from the other"));
        assertThat(other.directSends).hasSize(1);
        assertThat(other.directSends.getFirst().payload()).isEqualTo(text("from one"));
    }

    @Test
    void classIsWrittenWhereItIsAgreedAndTheAnswerInheritsIt() {
        peer = Endpoint.of(Endpoint.ALL);
        peer.send(SEND, MessageClass.LOW, text("low"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(4);
        receive(request(RPC, 1, 1, text("urgent")));
        var call = peer.requests.getFirst().call();
        assertThat(call.messageClass()).isEqualTo(MessageClass.CRITICAL);
        peer.respond(call, text("answer"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(1);
    }

    @Test
    void priorityOfALegacyPeerIsRepeatedButMeansNothing() {
        receive(request(RPC, 1, 1, text("urgent")));
        var call = peer.requests.getFirst().call();
        assertThat(call.messageClass()).isEqualTo(RPC.messageClass());
        peer.respond(call, text("answer"));
        assertThat(read(written().getFirst()).priority()).isEqualTo(1);
    }

    @Test
    void protocolThatIsNotCommonIsNotSent() {
        var protocol = ProtocolId.custom(200, "Own");
        peer.send(protocol, MessageClass.NORMAL, text("hello"));
        var call = peer.call(START, protocol, MessageClass.NORMAL, text("hello"), LATER);
        assertThat(call.failure).isEqualTo(new CallFailure.UnsupportedProtocol());
        assertThat(written()).isEmpty();
        assertThat(peer.isReleased()).isTrue();
    }

    @Test
    void ownProtocolIsSentWhereBothAnnouncedIt() {
        var protocol = ProtocolId.custom(200, "Own");
        peer =
                new Endpoint(
                        ConnectionSettings.DEFAULTS,
                        Endpoint.NONE,
                        List.of(protocol),
                        List.of(protocol));
        peer.send(protocol, MessageClass.NORMAL, text("hello"));
        receive(written().getFirst());
        assertThat(peer.directSends.getFirst().protocol()).isEqualTo(protocol);
    }
}
