package dev.aptosnet.adapter.tcpnoise;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;

/** The event loops of one transport, and the arrays that belong to each. */
final class Owners {
    private final MultiThreadIoEventLoopGroup group;
    private final IdentityHashMap<EventLoop, LoopScratch> scratches = new IdentityHashMap<>();

    /** What the loops share. */
    private final SpareArrays plaintexts = new SpareArrays();

    Owners(int threads, SocketKind sockets) {
        group =
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("aptosnet-tcp", true), sockets.loops());
        for (var executor : group) {
            scratches.put((EventLoop) executor, new LoopScratch(plaintexts));
        }
    }

    /** The owner of the next socket. */
    EventLoop next() {
        return group.next();
    }

    /** The arrays of one of our loops. */
    LoopScratch scratch(EventLoop loop) {
        var scratch = scratches.get(loop);
        if (scratch == null) {
            throw new IllegalStateException("not a loop of this transport");
        }
        return scratch;
    }

    /** How many bytes lie unused in arrays for plaintext. */
    long spareBytes() {
        return plaintexts.bytes();
    }

    /** Whether the calling thread is one of the loops. */
    boolean isOwner() {
        for (var executor : group) {
            if (executor.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** Ends the threads; waits for them unless called from one of them. */
    void close(Duration limit) {
        var ended = group.shutdownGracefully(0, limit.toNanos(), TimeUnit.NANOSECONDS);
        if (!isOwner()) {
            ended.awaitUninterruptibly(limit.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
