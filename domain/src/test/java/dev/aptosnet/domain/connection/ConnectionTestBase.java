package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.domain.link.TestCall;
import dev.aptosnet.domain.wire.FrameHead;
import dev.aptosnet.domain.wire.FrameView;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/** One end of a connection, and frames as the other end writes and reads them. */
abstract class ConnectionTestBase {
    static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    static final ProtocolId SEND = ProtocolId.NETBENCH_DIRECT_SEND;
    static final MonoTime START = new MonoTime(1_000);
    static final MonoTime LATER = START.plus(Duration.ofSeconds(5));

    Endpoint peer = Endpoint.of(Endpoint.NONE);

    TestCall call(Bytes request) {
        return peer.call(START, RPC, MessageClass.NORMAL, request, LATER);
    }

    void receive(byte[] body) {
        peer.receive(START, body);
    }

    List<byte[]> written() {
        return written(peer);
    }

    static List<byte[]> written(Endpoint endpoint) {
        var outbox = new Outbox(endpoint.settings.maxFrameBytes(), Long.MAX_VALUE);
        endpoint.connection.poll(START, outbox);
        assertThat(endpoint.connection.hasOutput()).isFalse();
        return outbox.takeAll().stream().map(Outbox.Frame::body).toList();
    }

    static FrameView read(byte[] body) {
        var view = new FrameView(ProtocolSet.of(ProtocolId.aptosNet(), Set.of()), Endpoint.ALL);
        assertThat(view.read(body, 0, body.length, Bytes.EMPTY)).isNull();
        return view;
    }

    static byte[] directSend(ProtocolId protocol, Bytes payload) {
        return frame(
                out -> FrameHead.directSend(out, protocol.number(), 0, payload.size()), payload);
    }

    static byte[] request(ProtocolId protocol, int id, int priority, Bytes payload) {
        return frame(
                out -> FrameHead.rpcRequest(out, protocol.number(), id, priority, payload.size()),
                payload);
    }

    static byte[] fragment(int stream, int number, Bytes payload) {
        return frame(out -> FrameHead.streamFragment(out, stream, number, payload.size()), payload);
    }

    static byte[] frame(ToIntFunction<byte[]> head, Bytes payload) {
        var scratch = new byte[FrameHead.SCRATCH_BYTES];
        var length = head.applyAsInt(scratch);
        return Bytes.concat(List.of(Bytes.wrap(scratch, 0, length), payload)).toByteArray();
    }

    static Bytes text(String text) {
        return Bytes.utf8(text);
    }
}
