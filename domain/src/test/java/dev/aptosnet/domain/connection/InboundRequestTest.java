package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.wire.ErrorKind;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Requests of the peer (conformance.md IR). */
class InboundRequestTest extends ConnectionTestBase {
    @Test
    @DisplayName("IR-01: an answer has the request's id and priority and the handler's bytes")
    void answersCarryTheirRequestsId() {
        for (var i = 0; i < 30; i++) {
            receive(request(RPC, 1000 + i, 0, text("ask " + i)));
            var request = peer.requests.getLast();
            assertThat(request.payload()).isEqualTo(text("ask " + i));
            assertThat(peer.respond(request.call(), text("tell " + i))).isTrue();
            var view = read(written().getFirst());
            assertThat(view.kind()).isEqualTo(FrameKind.RPC_RESPONSE);
            assertThat(view.requestId()).isEqualTo(1000 + i);
            assertThat(view.priority()).isZero();
            assertThat(view.payload()).isEqualTo(text("tell " + i));
        }
        assertThat(peer.connection.openRequests()).isZero();
    }

    @Test
    @DisplayName("IR-02: thirty requests of one id before any answer are thirty answers")
    void equalIdsAreEachServed() {
        for (var i = 0; i < 30; i++) {
            receive(request(RPC, 7, 0, text("ask " + i)));
        }
        assertThat(peer.requests).hasSize(30);
        peer.requests.forEach(r -> assertThat(peer.respond(r.call(), r.payload())).isTrue());
        var frames = written();
        assertThat(frames).hasSize(30);
        for (var i = 0; i < 30; i++) {
            assertThat(read(frames.get(i)).requestId()).isEqualTo(7);
            assertThat(read(frames.get(i)).payload()).isEqualTo(text("ask " + i));
        }
    }

    @Test
    @DisplayName("IR-03: after 10 s a request is dead and the peer hears nothing")
    void requestDiesAfterTenSeconds() {
        receive(request(RPC, 1, 0, text("ask")));
        var call = peer.requests.getFirst().call();
        var limit = START.plus(Duration.ofSeconds(10));
        assertThat(peer.connection.nextDeadline()).isEqualTo(limit);
        peer.connection.onTime(limit.plusNanos(-1));
        assertThat(call.isOpen()).isTrue();
        peer.connection.onTime(limit);
        assertThat(call.isOpen()).isFalse();
        assertThat(peer.respond(call, text("late"))).isFalse();
        assertThat(peer.connection.refuse(call, RefusalCode.OVERLOADED)).isFalse();
        assertThat(written()).isEmpty();
        assertThat(peer.isReleased()).isTrue();
        assertThat(peer.count(Observation.RESPONSE_OUT_EXPIRED)).isEqualTo(1);
    }

    @Test
    void requestThatDiedIsRefusedWhereThatIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        receive(request(RPC, 9, 0, text("ask")));
        peer.connection.onTime(START.plus(Duration.ofSeconds(10)));
        var view = read(written().getFirst());
        assertThat(view.kind()).isEqualTo(FrameKind.REFUSAL);
        assertThat(view.requestId()).isEqualTo(9);
        assertThat(view.refusal()).isEqualTo(RefusalCode.EXPIRED);
    }

    @Test
    void inboundLimitMayDifferForAProtocol() {
        peer =
                Endpoint.of(
                        ConnectionSettings.builder()
                                .inboundCallLimit(
                                        ProtocolId.STORAGE_SERVICE_RPC, Duration.ofMinutes(3))
                                .build(),
                        Endpoint.NONE);
        receive(request(ProtocolId.STORAGE_SERVICE_RPC, 0, 0, text("ask")));
        assertThat(peer.connection.nextDeadline()).isEqualTo(START.plus(Duration.ofMinutes(3)));
    }

    @Test
    void peersOwnLimitCountsIfItIsShorter() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var millis : new int[] {300, 30_000}) {
            receive(
                    frame(
                            out ->
                                    FrameHead.rpcRequestWithDeadline(
                                            out, RPC.number(), 1, 0, millis, 3),
                            text("ask")));
        }
        assertThat(peer.requests.get(0).call().deadline())
                .isEqualTo(START.plus(Duration.ofMillis(300)));
        assertThat(peer.requests.get(1).call().deadline())
                .isEqualTo(START.plus(Duration.ofSeconds(10)));
    }

    @Test
    @DisplayName("X-01: the 101st request is dropped, the other 100 are answered")
    void requestAboveTheLimitIsDroppedAndALegacyPeerHearsNothing() {
        for (var i = 0; i < 101; i++) {
            receive(request(RPC, i, 0, text("ask")));
        }
        assertThat(peer.requests).hasSize(100);
        assertThat(peer.count(Observation.REQUEST_IN_DECLINED)).isEqualTo(1);
        assertThat(written()).isEmpty();
        peer.respond(peer.requests.getFirst().call(), text("done"));
        receive(request(RPC, 101, 0, text("there is room again")));
        assertThat(peer.requests).hasSize(101);
        peer.requests.stream()
                .skip(1)
                .forEach(asked -> assertThat(peer.respond(asked.call(), text("done"))).isTrue());
        assertThat(written().stream().map(frame -> read(frame).requestId()))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, 101).filter(id -> id != 100).boxed().toList());
    }

    @Test
    void requestAboveTheLimitIsRefusedWhereThatIsAgreed() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var i = 0; i < 101; i++) {
            receive(request(RPC, i, 0, text("ask")));
        }
        var frames = written();
        assertThat(frames).hasSize(1);
        assertThat(read(frames.getFirst()).requestId()).isEqualTo(100);
        assertThat(read(frames.getFirst()).refusal()).isEqualTo(RefusalCode.TOO_MANY_PENDING);
    }

    @Test
    void unknownProtocolIsAnsweredNotSupported() {
        serveOnly(SEND, Endpoint.NONE);
        receive(request(RPC, 1, 0, text("ask")));
        receive(directSend(ProtocolId.MEMPOOL_DIRECT_SEND, text("transactions")));
        var frames = written();
        assertThat(frames).hasSize(2);
        assertThat(read(frames.get(0)).errorKind()).isEqualTo(ErrorKind.RPC_NOT_SUPPORTED);
        assertThat(read(frames.get(0)).protocol()).isEqualTo(RPC.number());
        assertThat(read(frames.get(1)).errorKind()).isEqualTo(ErrorKind.DIRECT_SEND_NOT_SUPPORTED);
        assertThat(read(frames.get(1)).protocol())
                .isEqualTo(ProtocolId.MEMPOOL_DIRECT_SEND.number());
        assertThat(peer.count(Observation.REQUEST_IN_UNKNOWN)).isEqualTo(1);
        assertThat(peer.count(Observation.DIRECT_SEND_UNKNOWN)).isEqualTo(1);
    }

    @Test
    void unknownProtocolIsRefusedWhereThatIsAgreed() {
        serveOnly(SEND, Endpoint.ALL);
        receive(request(RPC, 31, 0, text("ask")));
        var view = read(written().getFirst());
        assertThat(view.kind()).isEqualTo(FrameKind.REFUSAL);
        assertThat(view.requestId()).isEqualTo(31);
        assertThat(view.refusal()).isEqualTo(RefusalCode.UNSUPPORTED_PROTOCOL);
    }

    @Test
    void refusalsThatNobodyReadsAreBounded() {
        peer = Endpoint.of(Endpoint.ALL);
        for (var i = 0; i < 10_100; i++) {
            receive(request(RPC, i, 0, Bytes.EMPTY));
        }
        var frames = written();
        assertThat(frames).hasSize(Replies.MAX_REFUSALS);
        for (var i = 0; i < frames.size(); i++) {
            assertThat(read(frames.get(i)).requestId()).isEqualTo(100 + i);
        }
    }

    private void serveOnly(ProtocolId protocol, Set<Capability> capabilities) {
        peer =
                new Endpoint(
                        ConnectionSettings.DEFAULTS,
                        capabilities,
                        ProtocolId.aptosNet(),
                        List.of(protocol));
    }
}
