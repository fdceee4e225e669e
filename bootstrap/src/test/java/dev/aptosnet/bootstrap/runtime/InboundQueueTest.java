package dev.aptosnet.bootstrap.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.bootstrap.runtime.SendAccount.NodeBudget;
import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class InboundQueueTest {
    private final NodeBudget node = new NodeBudget(1 << 20);
    private final InboundAccount account = new InboundAccount(1 << 20, node);
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());

    private InboundQueue queue(int max, Registration.DirectHandler handler) {
        var registration =
                Registration.direct(ProtocolId.of(13), Codec.BYTES, message -> {}, false);
        return new InboundQueue(PeerId.parse("0x1"), registration, handler, account, max);
    }

    @Test
    void aFullQueueDropsWhatArrivesAndKeepsTheOrderOfTheRest() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var done = new CountDownLatch(3);
        var queue =
                queue(
                        2,
                        (_, payload) -> {
                            entered.countDown();
                            release.await();
                            handled.add(payload.asUtf8());
                            done.countDown();
                        });
        assertThat(queue.offer(Bytes.utf8("a"))).isTrue();
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.offer(Bytes.utf8("b"))).isTrue();
        assertThat(queue.offer(Bytes.utf8("c"))).isTrue();
        assertThat(queue.offer(Bytes.utf8("d"))).isFalse();
        release.countDown();
        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(handled).containsExactly("a", "b", "c");
    }

    @Test
    void aHandlerThatThrowsDoesNotStopTheNextMessageAndTheBytesComeBack() throws Exception {
        var done = new CountDownLatch(1);
        var queue =
                queue(
                        10,
                        (_, payload) -> {
                            if (payload.asUtf8().equals("bad")) {
                                throw new IllegalStateException("planted");
                            }
                            handled.add(payload.asUtf8());
                            done.countDown();
                        });
        queue.offer(Bytes.utf8("bad"));
        queue.offer(Bytes.utf8("good"));
        assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(handled).containsExactly("good");
        for (var i = 0; i < 500 && node.used() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(node.used()).isZero();
        assertThat(account.used()).isZero();
    }
}
