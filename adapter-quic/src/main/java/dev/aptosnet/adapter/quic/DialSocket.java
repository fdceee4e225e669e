package dev.aptosnet.adapter.quic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketException;

/** The socket of one dial, which tells its streams of each packet that leaves. */
final class DialSocket extends DatagramSocket {
    private final NudgedStreams.Connection streams;

    DialSocket(NudgedStreams.Connection streams) throws SocketException {
        this.streams = streams;
        Windows.widen(this);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        super.send(packet);
        streams.packetLeft();
    }
}
