package dev.aptosnet.adapter.tcpnoise;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.nio.channels.SocketChannel;

/** A connection's channel, which also knows when the peer last took a byte from us. */
final class Socket extends NioSocketChannel {
    private long lastProgressNanos = System.nanoTime();

    /** A socket to be connected; its descriptor exists from now on. */
    Socket() {}

    /** An accepted one. */
    Socket(Channel parent, SocketChannel accepted) {
        super(parent, accepted);
    }

    /** When written bytes last went to the system, by {@link System#nanoTime}. Event loop only. */
    long lastProgressNanos() {
        return lastProgressNanos;
    }

    /** Bytes written and not taken by the system, with Netty's bookkeeping. Event loop only. */
    long pendingBytes() {
        var buffer = unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        var entries = in.size();
        var progress = in.currentProgress();
        super.doWrite(in);
        if (in.size() != entries || in.currentProgress() != progress) {
            lastProgressNanos = System.nanoTime();
        }
    }
}
