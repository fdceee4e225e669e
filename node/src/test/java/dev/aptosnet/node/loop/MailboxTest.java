package dev.aptosnet.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.send.OutboundMessage;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class MailboxTest {
    private final Mailbox mailbox = new Mailbox();

    private static OutboundMessage message(int number) {
        return new OutboundMessage(
                ProtocolId.of(13), MessageClass.NORMAL, Bytes.utf8(Integer.toString(number)));
    }

    private static List<Integer> numbers(@Nullable OutboundMessage first) {
        var numbers = new ArrayList<Integer>();
        for (var message = first; message != null; message = message.next()) {
            numbers.add(Integer.parseInt(message.payload().asUtf8()));
        }
        return numbers;
    }

    @Test
    void messagesAreTakenInTheOrderTheyWereLeft() {
        assertThat(mailbox.put(message(1))).isEqualTo(Mailbox.Put.FIRST);
        assertThat(mailbox.put(message(2))).isEqualTo(Mailbox.Put.BEHIND);
        assertThat(numbers(mailbox.take())).containsExactly(1, 2);
        assertThat(mailbox.take()).isNull();
        assertThat(mailbox.put(message(3))).isEqualTo(Mailbox.Put.FIRST);
    }

    @Test
    void aClosedMailboxGivesOutTheRestAndTakesNothing() {
        mailbox.put(message(1));
        assertThat(numbers(mailbox.close())).containsExactly(1);
        assertThat(mailbox.put(message(2))).isEqualTo(Mailbox.Put.CLOSED);
        assertThat(mailbox.close()).isNull();
    }

    @Test
    void manyThreadsLoseNothingAndEachKeepsItsOrder() throws InterruptedException {
        var threads = 4;
        var each = 5_000;
        var start = new CountDownLatch(1);
        var firsts = new AtomicInteger();
        var senders = new ArrayList<Thread>();
        for (var t = 0; t < threads; t++) {
            var base = t * each;
            senders.add(
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    start.await();
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                                for (var i = 0; i < each; i++) {
                                    if (mailbox.put(message(base + i)) == Mailbox.Put.FIRST) {
                                        firsts.incrementAndGet();
                                    }
                                }
                            }));
        }
        start.countDown();
        var seen = new ArrayList<Integer>();
        var takes = 0;
        while (seen.size() < threads * each) {
            var batch = numbers(mailbox.take());
            takes += batch.isEmpty() ? 0 : 1;
            seen.addAll(batch);
        }
        for (var sender : senders) {
            sender.join();
        }
        // Whoever finds it empty wakes the owner, so there is one wake-up for each batch.
        assertThat(firsts.get()).isEqualTo(takes);
        for (var t = 0; t < threads; t++) {
            var low = t * each;
            assertThat(seen.stream().filter(n -> n >= low && n < low + each).toList())
                    .hasSize(each)
                    .isSorted();
        }
    }
}
