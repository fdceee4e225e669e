package dev.aptosnet.adapter.tcpnoise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.LinkClosed;
import dev.aptosnet.ports.transport.LinkHandler;
import dev.aptosnet.testkit.SettingsBuilder;

import org.junit.jupiter.api.Test;

import java.net.SocketException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What a link says of the memory of a frame that has not arrived whole. */
class FrameMemoryTest extends TcpTestBase {
    private static final int BODY = 1 << 20;

    private final AtomicLong held = new AtomicLong();
    private final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private volatile long room = Long.MAX_VALUE;

    private final class Account implements LinkHandler {
        @Override
        public void onFrame(byte[] head, int offset, int length, Bytes rest) {
            events.add("frame of " + (length + rest.size()) + " with " + held.get() + " held");
        }

        @Override
        public boolean onFrameMemory(int bytes) {
            if (held.get() + bytes > room) {
                return false;
            }
            held.addAndGet(bytes);
            return true;
        }

        @Override
        public void onWake(FrameSink out) {}

        @Override
        public void onClosed(LinkClosed how) {
            events.add(how);
        }
    }

    private NoisePeer connected() throws Exception {
        var right = identity();
        var listener = node(right, new SettingsBuilder(right));
        var peer = closing(NoisePeer.connect(listener.listen(LOOPBACK), identity()));
        listener.accepted().start(new Account());
        return peer;
    }

    private static void send(NoisePeer peer, byte[] frame, int from, int to) throws Exception {
        for (var at = from; at < to; at += 32 << 10) {
            var part = new byte[Math.min(to - at, 32 << 10)];
            System.arraycopy(frame, at, part, 0, part.length);
            peer.send(peer.sealed(part));
        }
    }

    @Test
    void aFrameUnderWayIsChargedUntilItHasArrived() throws Exception {
        var peer = connected();
        var frame = NoisePeer.frame(new byte[BODY]);
        send(peer, frame, 0, frame.length - 9);
        while (held.get() < BODY / 2) {
            Thread.sleep(1);
        }
        assertThat(held.get()).isLessThanOrEqualTo(BODY);
        send(peer, frame, frame.length - 9, frame.length);
        assertThat(events.poll(10, TimeUnit.SECONDS))
                .isEqualTo("frame of " + BODY + " with 0 held");
    }

    @Test
    void aFrameUnderWayIsGivenBackWithItsLink() throws Exception {
        var peer = connected();
        send(peer, NoisePeer.frame(new byte[BODY]), 0, BODY / 2);
        while (held.get() == 0) {
            Thread.sleep(1);
        }
        peer.close();
        assertThat(events.poll(10, TimeUnit.SECONDS)).isInstanceOf(LinkClosed.class);
        assertThat(held.get()).isZero();
    }

    @Test
    void aFrameThatFindsNoMemoryEndsItsLink() throws Exception {
        room = BODY / 4;
        var peer = connected();
        try {
            send(peer, NoisePeer.frame(new byte[BODY]), 0, BODY / 2);
        } catch (SocketException e) {
            assertThat(e)
                    .as("the link has ended already")
                    .hasMessageMatching("(?i).*(reset|pipe).*");
        }
        assertThat(events.poll(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        LinkClosed.class,
                        how -> {
                            assertThat(how.reason()).isEqualTo(DisconnectReason.INPUT_OUTPUT_ERROR);
                            assertThat(how.detail()).contains("budget.total_bytes");
                        });
        assertThat(held.get()).isZero();
    }
}
