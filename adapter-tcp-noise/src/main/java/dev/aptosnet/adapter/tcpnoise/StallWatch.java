package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.transport.support.InputPace;

import io.netty.channel.Channel;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices a peer that takes nothing of what waits for it, or sends nothing of a frame that it began
 * ({@code write_timeout_ms}), or the rest of it by a byte now and then ({@code
 * admission.min_bytes_per_sec}). Looks from time to time, and only while there is something to look
 * at; so it notices after the timeout and at most a quarter of it more. Event loop only.
 */
final class StallWatch {
    private static final int LOOKS_PER_TIMEOUT = 4;

    private final Channel channel;
    private final RecordWriter writer;
    private final long timeoutNanos;
    private final Input input;
    private final Consumer<String> onStall;
    private boolean looking;
    private boolean ended;

    private long recordsTaken;
    private long bytesTaken;
    private long takenAt;

    private final InputPace pace;
    private long framesSeen;
    private long received;
    private long receivedSeen;
    private long receivedAt;

    StallWatch(
            Channel channel,
            RecordWriter writer,
            TransportSettings.Limits limits,
            Input input,
            Consumer<String> onStall) {
        this.channel = channel;
        this.writer = writer;
        this.timeoutNanos = limits.writeTimeout().toNanos();
        this.pace = new InputPace(limits.writeTimeout(), limits.minBytesPerSecond());
        this.input = input;
        this.onStall = onStall;
    }

    /** What has come from the peer. */
    interface Input {
        /** Whether a frame has begun, not ended, and its rest would be taken. */
        boolean isAwaited();

        /** How many frames have ended. */
        long frames();
    }

    /** Something was written. */
    void flushed() {
        if (!looking && isPending()) {
            begin();
        }
    }

    /** Something has come and was taken in. */
    void received(int bytes) {
        received += bytes;
        pace.received(bytes);
        if (!looking && input.isAwaited()) {
            begin();
        }
    }

    /** Reading goes on after it was we who did not read. */
    void resumed() {
        pace.restart(new MonoTime(System.nanoTime()));
    }

    /** Looks no more. */
    void end() {
        ended = true;
    }

    private boolean isPending() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer != null && buffer.totalPendingWriteBytes() > 0;
    }

    private void begin() {
        var now = System.nanoTime();
        lookAtOutput(now);
        takenAt = now;
        receivedSeen = received;
        receivedAt = now;
        framesSeen = input.frames();
        pace.restart(new MonoTime(now));
        schedule();
    }

    private void schedule() {
        looking = true;
        var _ =
                channel.eventLoop()
                        .schedule(
                                this::look, timeoutNanos / LOOKS_PER_TIMEOUT, TimeUnit.NANOSECONDS);
    }

    private void look() {
        looking = false;
        if (ended) {
            return;
        }
        var now = System.nanoTime();
        var pending = isPending();
        lookAtOutput(now);
        if (!pending) {
            takenAt = now;
        }
        var awaited = input.isAwaited();
        if (received != receivedSeen || !awaited) {
            receivedSeen = received;
            receivedAt = now;
        }
        var tooSlow = isTooSlow(awaited, new MonoTime(now));
        if (now - takenAt >= timeoutNanos) {
            onStall.accept("write timed out (write_timeout_ms)");
        } else if (now - receivedAt >= timeoutNanos) {
            onStall.accept("the rest of a frame did not come (write_timeout_ms)");
        } else if (tooSlow) {
            onStall.accept("the rest of a frame came too slowly (admission.min_bytes_per_sec)");
        } else if (pending || awaited) {
            schedule();
        }
    }

    private boolean isTooSlow(boolean awaited, MonoTime now) {
        var frames = input.frames();
        if (awaited && frames == framesSeen) {
            return pace.isTooSlow(now);
        }
        framesSeen = frames;
        pace.restart(now);
        return false;
    }

    private void lookAtOutput(long now) {
        var buffer = channel.unsafe().outboundBuffer();
        var records = writer.records() - (buffer == null ? 0 : buffer.size());
        var bytes = buffer == null ? 0 : buffer.currentProgress();
        if (records != recordsTaken || bytes != bytesTaken) {
            recordsTaken = records;
            bytesTaken = bytes;
            takenAt = now;
        }
    }
}
