package dev.aptosnet.domain.queue;

import static dev.aptosnet.ports.client.QueueStyle.FIFO;
import static dev.aptosnet.ports.client.QueueStyle.KLAST;
import static dev.aptosnet.ports.client.QueueStyle.LIFO;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.QueueStyle;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

class KeyedQueueTest {
    @Test
    @DisplayName("Q-01 first in, first out")
    void fifoKeepsTheOrder() {
        var queue = new KeyedQueue<String, Integer>(FIFO, 3);
        pushAll(queue, 1, 2, 3);
        assertThat(drain(queue)).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("Q-02 a full FIFO queue refuses what arrives, also after it was emptied once")
    void fullFifoRefusesTheNewest() {
        var queue = new KeyedQueue<String, Integer>(FIFO, 3);
        pushAll(queue, 1, 2, 3);
        drain(queue);
        assertThat(pushAll(queue, 1, 2, 3, 4)).containsExactly(4);
        assertThat(drain(queue)).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("Q-03 a KLAST queue with room gives the oldest first")
    void klastKeepsTheOrder() {
        var queue = new KeyedQueue<String, Integer>(KLAST, 3);
        assertThat(pushAll(queue, 1, 2, 3)).isEmpty();
        assertThat(drain(queue)).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("Q-04 a full KLAST queue gives up its oldest, also after it was emptied once")
    void fullKlastGivesUpTheOldest() {
        var queue = new KeyedQueue<String, Integer>(KLAST, 3);
        pushAll(queue, 1, 2, 3);
        drain(queue);
        assertThat(pushAll(queue, 1, 2, 3, 4)).containsExactly(1);
        assertThat(drain(queue)).containsExactly(2, 3, 4);
    }

    @Test
    @DisplayName("Q-05 keys of a FIFO queue take turns")
    void fifoKeysTakeTurns() {
        assertThat(drain(threeKeys(FIFO))).containsExactly("a1", "b1", "c1", "a2", "a3");
    }

    @Test
    @DisplayName("Q-06 keys of a LIFO queue take turns, each with its newest")
    void lifoKeysTakeTurns() {
        assertThat(drain(threeKeys(LIFO))).containsExactly("a3", "b1", "c1", "a2", "a1");
    }

    private static KeyedQueue<Character, String> threeKeys(QueueStyle style) {
        var queue = new KeyedQueue<Character, String>(style, 3);
        for (var value : List.of("a1", "a2", "a3", "b1", "c1")) {
            assertThat(queue.push(value.charAt(0), value)).isNull();
        }
        return queue;
    }

    @Test
    @DisplayName("Q-09 a fresh queue has nothing to give")
    void freshQueueHasNothing() {
        var queue = new KeyedQueue<String, Integer>(FIFO, 10);
        assertThat(queue.poll()).isNull();
        assertThat(queue.evict("key")).isNull();
        assertThat(queue.keys()).isZero();
    }

    @Test
    @DisplayName("Q-12 of 1,024 rounds over 128 keys the first stays, in the order of the keys")
    void firstRoundStays() {
        record Vote(int key, int round) {}
        var queue = new KeyedQueue<Integer, Vote>(FIFO, 1);
        for (var round = 0; round < 1024; round++) {
            for (var key = 0; key < 128; key++) {
                queue.push(key, new Vote(key, round));
            }
        }
        assertThat(drain(queue))
                .isEqualTo(IntStream.range(0, 128).mapToObj(key -> new Vote(key, 0)).toList());
    }

    @Test
    @DisplayName("Q-18 a hundred keys: everything arrives, and an emptied key takes no memory")
    void emptiedKeysAreFreed() {
        record Message(int key, int number) {}
        var queue = new KeyedQueue<Integer, Message>(FIFO, 10);
        for (var key = 0; key < 100; key++) {
            for (var number = 0; number <= key % 10; number++) {
                assertThat(queue.push(key, new Message(key, number))).isNull();
            }
        }
        var left = new HashMap<Integer, Integer>();
        for (var key = 0; key < 100; key++) {
            left.put(key, key % 10 + 1);
        }
        for (var message = queue.poll(); message != null; message = queue.poll()) {
            int before = left.getOrDefault(message.key(), 0);
            assertThat(before).isPositive();
            left.remove(message.key());
            assertThat(message.number()).isEqualTo(message.key() % 10 + 1 - before);
            if (before > 1) {
                left.put(message.key(), before - 1);
            }
            assertThat(queue.keys()).isEqualTo(left.size());
        }
        assertThat(left).isEmpty();
    }

    @Test
    @DisplayName("Q-19 whoever pushes learns that a message was refused, or which one had to go")
    void refusalIsTold() {
        var fifo = new KeyedQueue<String, Integer>(FIFO, 1);
        assertThat(fifo.push("key", 1)).isNull();
        assertThat(fifo.push("key", 2)).isEqualTo(2);
        var klast = new KeyedQueue<String, Integer>(KLAST, 1);
        assertThat(klast.push("key", 1)).isNull();
        assertThat(klast.push("key", 2)).isEqualTo(1);
    }

    @Test
    void fullLifoGivesUpItsOldest() {
        var queue = new KeyedQueue<String, Integer>(LIFO, 3);
        assertThat(pushAll(queue, 1, 2, 3, 4)).containsExactly(1);
        assertThat(drain(queue)).containsExactly(4, 3, 2);
    }

    @Test
    void evictedKeyLosesItsTurnOnlyWithItsLastMessage() {
        var queue = threeKeys(KLAST);
        assertThat(queue.evict('a')).isEqualTo("a1");
        assertThat(queue.evict('b')).isEqualTo("b1");
        assertThat(queue.evict('b')).isNull();
        assertThat(drain(queue)).containsExactly("a2", "c1", "a3");
    }

    @Test
    void keyThatBecomesBusyAgainGoesToTheBack() {
        var queue = threeKeys(FIFO);
        assertThat(queue.poll()).isEqualTo("a1");
        assertThat(queue.poll()).isEqualTo("b1");
        queue.push('b', "b2");
        assertThat(drain(queue)).containsExactly("c1", "a2", "b2", "a3");
    }

    @ParameterizedTest
    @EnumSource
    void anyMixOfPushesAndPollsKeepsTheBoundsAndLosesOnlyWhatItTells(QueueStyle style) {
        var seed = 20_261_122L + style.ordinal();
        var random = new Random(seed);
        var queue = new KeyedQueue<Integer, Integer>(style, 4);
        Map<Integer, Integer> waiting = new HashMap<>();
        for (var value = 0; value < 50_000; value++) {
            var key = random.nextInt(7);
            if (random.nextBoolean()) {
                var gone = queue.push(key, value * 7 + key);
                assertThat(gone == null || gone % 7 == key).as("seed %d", seed).isTrue();
                waiting.merge(key, gone == null ? 1 : 0, Integer::sum);
            } else {
                var taken = queue.poll();
                if (taken != null) {
                    waiting.merge(taken % 7, -1, Integer::sum);
                }
            }
            waiting.values().removeIf(count -> count == 0);
            assertThat(waiting.values()).as("seed %d", seed).allMatch(n -> n >= 1 && n <= 4);
            assertThat(queue.keys()).as("seed %d", seed).isEqualTo(waiting.size());
        }
    }

    @Test
    void capacityOfNothingIsRefused() {
        assertThatThrownBy(() -> new KeyedQueue<String, Integer>(FIFO, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: 0 (expected: >= 1)");
    }

    /** What had to go, in order. */
    private static List<Integer> pushAll(KeyedQueue<String, Integer> queue, int... values) {
        var gone = new ArrayList<Integer>();
        for (var value : values) {
            var one = queue.push("key", value);
            if (one != null) {
                gone.add(one);
            }
        }
        return gone;
    }

    private static <V> List<V> drain(KeyedQueue<?, V> queue) {
        var all = new ArrayList<V>();
        for (var value = queue.poll(); value != null; value = queue.poll()) {
            all.add(value);
        }
        return all;
    }
}
