package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.link.Endpoint;
import dev.aptosnet.domain.link.Outbox;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Frames in memory that is the transport's again when the call returns. */
class LentFrameTest {
    private static final ProtocolId RPC = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId SEND = ProtocolId.NETBENCH_DIRECT_SEND;
    private static final MonoTime START = new MonoTime(1_000);
    private static final MonoTime LATER = START.plus(Duration.ofSeconds(5));

    private final Endpoint near = Endpoint.of(Endpoint.NONE);
    private final Endpoint far = Endpoint.of(Endpoint.NONE);

    private static void deliver(Endpoint from, Endpoint to) {
        var outbox = new Outbox(from.settings.maxFrameBytes(), Long.MAX_VALUE);
        from.connection.poll(START, outbox);
        outbox.takeAll().forEach(frame -> to.receiveLent(START, frame.body()));
    }

    @Test
    void whatIsNotSaidToBeBorrowedOutlivesTheMemoryItCameIn() {
        near.send(SEND, MessageClass.NORMAL, Bytes.utf8("a message"));
        near.send(SEND, MessageClass.NORMAL, Bytes.EMPTY);
        var call = near.call(START, RPC, MessageClass.NORMAL, Bytes.utf8("a question"), LATER);
        deliver(near, far);
        assertThat(far.directSends.stream().map(Endpoint.Received::payload))
                .containsExactly(Bytes.utf8("a message"), Bytes.EMPTY);
        assertThat(far.requests.getFirst().payload()).isEqualTo(Bytes.utf8("a question"));
        far.respond(far.requests.getFirst().call(), Bytes.utf8("an answer"));
        deliver(far, near);
        assertThat(call.answer).isEqualTo(Bytes.utf8("an answer"));
    }

    @Test
    void piecesOfALargeMessageOutliveIt() {
        var large = new byte[300_000];
        for (var i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 + (i >> 8));
        }
        far.borrowed.add(SEND);
        near.send(SEND, MessageClass.NORMAL, Bytes.wrap(large));
        deliver(near, far);
        assertThat(far.directSends.getFirst().payload()).isEqualTo(Bytes.wrap(large));
    }

    @Test
    void whoBorrowsIsGivenTheMemoryItself() {
        far.borrowed.addAll(List.of(SEND, RPC));
        var seen = new ArrayList<String>();
        far.onDirectSend = received -> seen.add(received.payload().asUtf8());
        far.onRequest = (_, payload) -> seen.add(payload.asUtf8());
        near.send(SEND, MessageClass.NORMAL, Bytes.utf8("a message"));
        near.call(START, RPC, MessageClass.NORMAL, Bytes.utf8("a question"), LATER);
        deliver(near, far);
        assertThat(seen).containsExactly("a message", "a question");
        var kept = new ArrayList<Bytes>();
        far.onDirectSend = received -> kept.add(received.payload());
        near.send(SEND, MessageClass.NORMAL, Bytes.utf8("a message"));
        deliver(near, far);
        assertThat(kept.getFirst()).isNotEqualTo(Bytes.utf8("a message"));
    }

    @Test
    void anAnswerIsCopiedUnlessItsCallSaysOtherwise() {
        var keeping = near.call(START, RPC, MessageClass.NORMAL, Bytes.EMPTY, LATER);
        var borrowing = near.call(START, RPC, MessageClass.NORMAL, Bytes.EMPTY, LATER);
        borrowing.borrows = true;
        deliver(near, far);
        far.requests.forEach(request -> far.respond(request.call(), Bytes.utf8("an answer")));
        deliver(far, near);
        assertThat(keeping.answer).isEqualTo(Bytes.utf8("an answer"));
        assertThat(borrowing.endings).isOne();
        assertThat(borrowing.answer).isNotEqualTo(Bytes.utf8("an answer"));
    }

    @Test
    void aMalformedOneIsAnsweredLikeAnyOther() {
        far.receiveLent(START, new byte[] {9, 9});
        assertThat(far.mistakes).hasSize(1);
        assertThat(far.connection.hasOutput()).isTrue();
    }
}
