package dev.aptosnet.adapter.quic;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketException;

/**
 * The socket of one dial, which tells its streams of each packet that leaves, and sends and hears
 * what travels beside QUIC.
 */
final class DialSocket extends DatagramSocket {
    private final NudgedStreams.Connection streams;
    private final @Nullable EarlyDial early;

    /** Of the one thread that sends. */
    private boolean asked;

    DialSocket(NudgedStreams.Connection streams, @Nullable EarlyDial early) throws SocketException {
        this.streams = streams;
        this.early = early;
        Windows.widen(this);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        super.send(packet);
        streams.packetLeft();
        if (early != null && !asked) {
            asked = true;
            // Behind the first packet of TLS, without which a listener hears nobody.
            var question = early.question();
            super.send(new DatagramPacket(question, question.length, packet.getSocketAddress()));
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        super.receive(packet);
        while (EarlyMessage.isOne(packet)) {
            if (early != null) {
                early.heard(packet);
            }
            super.receive(packet);
        }
    }
}
