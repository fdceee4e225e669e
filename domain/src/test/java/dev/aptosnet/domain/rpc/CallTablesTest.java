package dev.aptosnet.domain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.link.TestCall;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

class CallTablesTest {
    private static TestCall call(long deadline) {
        return new TestCall(
                ProtocolId.NETBENCH_RPC, MessageClass.NORMAL, Bytes.EMPTY, new MonoTime(deadline));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void tableBehavesAsAMapAndAQueueByDeadline(long seed) {
        var random = new Random(seed);
        // Begins where numbers are about to wrap.
        var calls = new OutboundCalls(500, -1000);
        Map<Integer, TestCall> model = new HashMap<>();
        for (var i = 0; i < 8_000; i++) {
            if (!isFull(calls) && random.nextInt(1000) < 520) {
                var call = call(random.nextInt(10_000));
                calls.open(call);
                assertThat(model.put(call.requestId(), call)).as("seed %d", seed).isNull();
            } else if (!model.isEmpty()) {
                var id = new ArrayList<>(model.keySet()).get(random.nextInt(model.size()));
                var call = calls.byId(id);
                assertThat(call).as("seed %d", seed).isSameAs(model.remove(id));
                if (call != null) {
                    calls.fail(call, new CallFailure.Canceled());
                    assertThat(calls.byId(id)).isNull();
                }
            }
            assertThat(calls.size()).as("seed %d", seed).isEqualTo(model.size());
            var earliest =
                    model.values().stream()
                            .map(TestCall::deadline)
                            .min(Comparator.naturalOrder())
                            .orElse(MonoTime.NEVER);
            assertThat(calls.nextDeadline()).as("seed %d", seed).isEqualTo(earliest);
        }
        assertThat(model.values()).allMatch(c -> c.endings == 0 && c.isOpen());
    }

    private static boolean isFull(OutboundCalls calls) {
        return calls.isFullFor(call(1));
    }

    /** One of the node's own. */
    private static OutboundCall exemptCall() {
        return new OutboundCall(
                ProtocolId.HEALTH_CHECKER_RPC,
                MessageClass.CRITICAL,
                Bytes.EMPTY,
                new MonoTime(1)) {
            @Override
            protected boolean isExempt() {
                return true;
            }

            @Override
            protected void onAnswer(Bytes answer) {}

            @Override
            protected void onFailed(CallFailure failure) {}
        };
    }

    @Test
    void exemptCallsHaveRoomOfTheirOwnWhichIsBoundedToo() {
        var calls = new OutboundCalls(2, 0);
        calls.open(call(1));
        calls.open(call(1));
        assertThat(isFull(calls)).isTrue();
        var ours = new ArrayList<OutboundCall>();
        while (!calls.isFullFor(exemptCall())) {
            var call = exemptCall();
            calls.open(call);
            ours.add(call);
        }
        assertThat(ours).hasSize(OutboundCalls.MAX_EXEMPT);
        assertThat(isFull(calls)).isTrue();
        for (var call : ours) {
            calls.answer(call, Bytes.EMPTY);
        }
        assertThat(calls.isFullFor(exemptCall())).isFalse();
        assertThat(calls.size()).isEqualTo(2);
    }

    @Test
    void callsExpireInTheOrderOfTheirDeadlines() {
        var calls = new OutboundCalls(100, 0);
        for (var deadline : new int[] {5, 3, 9, 1, 7}) {
            calls.open(call(deadline));
        }
        var ended = new ArrayList<Long>();
        for (var call = calls.firstExpired(new MonoTime(6));
                call != null;
                call = calls.firstExpired(new MonoTime(6))) {
            ended.add(call.deadline().nanos());
            calls.fail(call, new CallFailure.TimedOut());
        }
        assertThat(ended).containsExactly(1L, 3L, 5L);
        assertThat(calls.nextDeadline()).isEqualTo(new MonoTime(7));
    }

    @Test
    void numbersOfOpenCallsAreSkipped() {
        var calls = new OutboundCalls(10, -2);
        var first = call(1);
        var second = call(1);
        var third = call(1);
        calls.open(first);
        calls.open(second);
        calls.open(third);
        assertThat(first.requestId()).isEqualTo(-2);
        assertThat(second.requestId()).isEqualTo(-1);
        assertThat(third.requestId()).isZero();
        assertThatThrownBy(() -> calls.open(third)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void inboundTableIsBounded() {
        var calls = new InboundCalls(2);
        var deadline = new MonoTime(5);
        var protocol = ProtocolId.NETBENCH_RPC;
        var first = calls.open(protocol, MessageClass.LOW, 1, 0, deadline);
        assertThat(calls.open(protocol, MessageClass.LOW, 1, 0, deadline)).isNotNull();
        assertThat(calls.open(protocol, MessageClass.LOW, 1, 0, deadline)).isNull();
        if (first != null) {
            assertThat(calls.close(first)).isTrue();
            assertThat(calls.close(first)).isFalse();
        }
        assertThat(calls.size()).isEqualTo(1);
    }
}
