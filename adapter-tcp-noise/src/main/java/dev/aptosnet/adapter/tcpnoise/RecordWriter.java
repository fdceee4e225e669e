package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Packs frames into records of up to 65 519 plaintext bytes, seals them, and writes each to the
 * channel as one buffer. Encryption is the copy for all but small pieces; sealed records are copied
 * once more, from the loop's array to a pooled direct buffer that the socket can take. A record
 * lives from the first write of a wake-up to {@link #flush}, never longer.
 *
 * <p>A large payload is sealed as the channel takes it, over several wake-ups if need be: so
 * neither memory nor the loop's time grows with the size of a frame. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class RecordWriter implements FrameSink {
    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int LENGTH = Integer.BYTES;
    private static final int SHORT_HEAD = LoopScratch.FRONT - LENGTH;

    private final Channel channel;
    private final RecordSealer sealer;
    private final LoopScratch scratch;
    private final int maxFrameBytes;

    private boolean inRecord;
    private boolean unflushed;
    private boolean refused;
    private boolean exhausted;
    private long records;

    /** The payload whose frame has begun and not ended, and how far it is sealed. */
    private Bytes rest = Bytes.EMPTY;

    private int segment;
    private int segmentTaken;

    /** Told when the record under way has been taken, or the last one if there is none. */
    private @Nullable Runnable waiting;

    /** The same for the record in which {@link #rest} ends. */
    private @Nullable Runnable waitingForRest;

    RecordWriter(Channel channel, RecordSealer sealer, LoopScratch scratch, int maxFrameBytes) {
        this.channel = channel;
        this.sealer = sealer;
        this.scratch = scratch;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public boolean isWritable(Lane lane) {
        var writable = rest.isEmpty() && hasRoom();
        refused |= !writable;
        return writable;
    }

    private boolean hasRoom() {
        return channel.isWritable()
                && (!inRecord || sealer.size() < channel.bytesBeforeUnwritable());
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var size = (long) headLength + payload.size();
        if (size > maxFrameBytes) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes (max_frame_size: " + maxFrameBytes + ")");
        }
        finishFrame();
        alignLarge(LENGTH + size);
        var front = scratch.front;
        INT_BE.set(front, 0, (int) size);
        if (headLength <= SHORT_HEAD) {
            System.arraycopy(head, 0, front, LENGTH, headLength);
            add(front, 0, LENGTH + headLength);
        } else {
            add(front, 0, LENGTH);
            add(head, 0, headLength);
        }
        if (payload.size() <= RecordSealer.MAX_PLAINTEXT) {
            addAll(payload);
        } else {
            rest = payload;
            segment = 0;
            segmentTaken = 0;
            continueFrame();
        }
    }

    @Override
    public void whenTaken(Runnable then) {
        if (rest.isEmpty()) {
            waiting = inTurn(waiting, then);
        } else {
            waitingForRest = inTurn(waitingForRest, then);
        }
    }

    private static @Nullable Runnable inTurn(@Nullable Runnable first, @Nullable Runnable then) {
        if (first == null || then == null) {
            return first == null ? then : first;
        }
        return () -> {
            first.run();
            then.run();
        };
    }

    /** Writes a buffer, and tells who waits once all that goes before them has been taken. */
    private void write(ByteBuf buffer) {
        var told = waiting;
        if (told == null) {
            // A void promise costs nothing; a failed write ends the channel, which is what is seen.
            channel.write(buffer, channel.voidPromise());
            return;
        }
        waiting = null;
        channel.write(buffer)
                .addListener(
                        written -> {
                            if (written.isSuccess()) {
                                told.run();
                            }
                        });
    }

    /** Begins a record for a frame that would fill most of one, rather than split the frame. */
    private void alignLarge(long size) {
        if (inRecord
                && size > sealer.remaining()
                && size > RecordSealer.MAX_PLAINTEXT / 2
                && size <= RecordSealer.MAX_PLAINTEXT) {
            finish();
        }
    }

    /** Seals more of a frame that has begun, as much as the channel wants. */
    void continueFrame() {
        while (!rest.isEmpty() && hasRoom() && !exhausted) {
            addOfRest();
        }
    }

    /** Seals all that is left of a frame that has begun. */
    void finishFrame() {
        while (!rest.isEmpty() && !exhausted) {
            addOfRest();
        }
    }

    /** Adds at most one record's worth. */
    private void addOfRest() {
        var left = rest.segmentLength(segment) - segmentTaken;
        var n = Math.min(left, inRecord ? sealer.remaining() : RecordSealer.MAX_PLAINTEXT);
        add(rest.segmentArray(segment), rest.segmentOffset(segment) + segmentTaken, n);
        segmentTaken += n;
        if (n == left) {
            segment++;
            segmentTaken = 0;
            if (segment == rest.segments()) {
                rest = Bytes.EMPTY;
                waiting = inTurn(waiting, waitingForRest);
                waitingForRest = null;
            }
        }
    }

    /** Adds bytes that are no frame: the exchange of handshake messages. */
    void addAll(Bytes bytes) {
        for (var i = 0; i < bytes.segments(); i++) {
            add(bytes.segmentArray(i), bytes.segmentOffset(i), bytes.segmentLength(i));
        }
    }

    /** Adds bytes that are no frame. */
    void add(byte[] source, int offset, int count) {
        var at = offset;
        var left = count;
        while (left > 0 && !exhausted) {
            if (!inRecord && !begin()) {
                return;
            }
            var n = Math.min(left, sealer.remaining());
            sealer.add(source, at, n);
            at += n;
            left -= n;
            if (sealer.remaining() == 0) {
                finish();
            }
        }
    }

    /** Whether the sink has said that it wants no more since this was last asked. */
    boolean wasRefused() {
        var answer = refused || !rest.isEmpty();
        refused = false;
        return answer;
    }

    /** Whether the session has used its counter up and can send nothing more. */
    boolean isExhausted() {
        return exhausted;
    }

    /** Whether nothing has been written since the last flush. */
    boolean isEmpty() {
        return !inRecord && !unflushed;
    }

    /** How many records were given to the channel. */
    long records() {
        return records;
    }

    /** Ends the record under way and sends everything. */
    void flush() {
        if (inRecord) {
            finish();
        }
        if (unflushed) {
            unflushed = false;
            if (waiting != null) {
                write(Unpooled.EMPTY_BUFFER); // the last record was full before they were told of
            }
            channel.flush();
        }
    }

    private boolean begin() {
        try {
            sealer.begin(scratch.sealed, 0);
            inRecord = true;
            return true;
        } catch (RecordException _) {
            exhausted = true;
            return false;
        }
    }

    private void finish() {
        inRecord = false;
        var n = sealer.finish();
        var buffer = channel.alloc().directBuffer(n, n);
        buffer.writeBytes(scratch.sealed, 0, n);
        unflushed = true;
        records++;
        write(buffer);
    }
}
