package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.Bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A vote or a transaction: 20 bytes, little-endian, then as many as the sender likes, all made from
 * the number.
 *
 * @param sender the sending node's index
 * @param number counts from 0 for each sender and kind
 * @param sentAt {@link System#nanoTime} when it was given away; sender and receiver are one process
 */
record Note(int sender, long number, long sentAt) {
    private static final int HEAD_BYTES = 20;

    Bytes encode(int size) {
        var bytes = new byte[size];
        for (var i = HEAD_BYTES; i < size; i++) {
            bytes[i] = filler(number, i);
        }
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(sender)
                .putLong(number)
                .putLong(sentAt);
        return Bytes.wrap(bytes);
    }

    /**
     * Reads a note and checks all of it.
     *
     * @throws IllegalArgumentException if it is not what {@link #encode} writes
     */
    static Note decode(Bytes payload, int size) {
        if (payload.size() != size) {
            throw new IllegalArgumentException("note: " + payload.size() + " bytes");
        }
        var bytes = payload.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        var note = new Note(bytes.getInt(), bytes.getLong(), bytes.getLong());
        for (var i = HEAD_BYTES; i < size; i++) {
            if (bytes.get(i) != filler(note.number, i)) {
                throw new IllegalArgumentException("note " + note.number + ": byte " + i);
            }
        }
        return note;
    }

    private static byte filler(long number, int index) {
        return (byte) (number * 31 + index);
    }
}
