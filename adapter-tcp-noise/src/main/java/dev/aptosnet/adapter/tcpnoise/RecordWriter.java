package dev.aptosnet.adapter.tcpnoise;

import dev.aptosnet.noise.RecordException;
import dev.aptosnet.noise.RecordSealer;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.FrameSink;
import dev.aptosnet.ports.transport.Lane;

import io.netty.channel.Channel;

/**
 * Packs frames into records of up to 65 519 plaintext bytes, seals them, and writes each to the
 * channel as one buffer. Encryption is the copy for all but small pieces; sealed records are copied
 * once more, from the loop's array to a pooled direct buffer that the socket can take. A record
 * lives from the first write of a wake-up to {@link #flush}, never longer. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Channel events say what became of it.
final class RecordWriter implements FrameSink {
    private final Channel channel;
    private final RecordSealer sealer;
    private final LoopScratch scratch;
    private final int maxFrameBytes;
    private final byte[] length = new byte[4];

    private boolean inRecord;
    private boolean unflushed;
    private boolean refused;
    private boolean exhausted;

    RecordWriter(Channel channel, RecordSealer sealer, LoopScratch scratch, int maxFrameBytes) {
        this.channel = channel;
        this.sealer = sealer;
        this.scratch = scratch;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public boolean isWritable() {
        var writable =
                channel.isWritable()
                        && (!inRecord || sealer.size() < channel.bytesBeforeUnwritable());
        refused |= !writable;
        return writable;
    }

    @Override
    public void write(Lane lane, byte[] head, int headLength, Bytes payload) {
        var size = (long) headLength + payload.size();
        if (size > maxFrameBytes) {
            throw new IllegalArgumentException(
                    "frame of " + size + " bytes (max_frame_size: " + maxFrameBytes + ")");
        }
        length[0] = (byte) (size >> 24);
        length[1] = (byte) (size >> 16);
        length[2] = (byte) (size >> 8);
        length[3] = (byte) size;
        add(length, 0, 4);
        add(head, 0, headLength);
        addAll(payload);
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
        var answer = refused;
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

    /** Ends the record under way and sends everything. */
    void flush() {
        if (inRecord) {
            finish();
        }
        if (unflushed) {
            unflushed = false;
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
        // A void promise costs nothing; a failed write ends the channel, which is what is observed.
        channel.write(buffer, channel.voidPromise());
    }
}
