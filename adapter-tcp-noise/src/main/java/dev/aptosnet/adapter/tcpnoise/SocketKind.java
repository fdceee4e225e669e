package dev.aptosnet.adapter.tcpnoise;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.nio.channels.spi.SelectorProvider;

/** Who makes the sockets (ADR 0012): the JDK, or Netty's native code where that loads. */
enum SocketKind {
    /** The JDK's; works everywhere. */
    NIO {
        @Override
        IoHandlerFactory loops() {
            return NioIoHandler.newFactory();
        }

        @Override
        SocketChannel connecting() {
            return new NioSocketChannel();
        }

        @Override
        ServerSocketChannel listening(SocketProtocolFamily family) {
            return new NioServerSocketChannel(SelectorProvider.provider(), family);
        }

        @Override
        void keepUnsentSmall(SocketChannel channel, int bytes) {
            // There is no such option; the system buffers as much as it likes.
        }

        @Override
        boolean isNear(SocketChannel channel) {
            return isLoopback(channel);
        }
    },

    /** Linux, through Netty's own system calls, which know options that the JDK does not. */
    EPOLL {
        @Override
        IoHandlerFactory loops() {
            return EpollIoHandler.newFactory();
        }

        @Override
        SocketChannel connecting() {
            return new EpollSocketChannel();
        }

        @Override
        ServerSocketChannel listening(SocketProtocolFamily family) {
            return new EpollServerSocketChannel(family);
        }

        @Override
        void keepUnsentSmall(SocketChannel channel, int bytes) {
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) bytes);
        }

        @Override
        boolean isNear(SocketChannel channel) {
            if (isLoopback(channel)) {
                return true;
            }
            // Of the SYN alone, so far: no program had to be scheduled for it.
            var micros = ((EpollSocketChannel) channel).tcpInfo().rtt();
            return micros > 0 && micros < NEAR_MICROS;
        }
    };

    /** The system property that says {@code nio} where the native code is not wanted. */
    static final String PROPERTY = "aptosnet.tcp.sockets";

    private static final int NEAR_MICROS = 500;

    /** The best one that works here. */
    static SocketKind best() {
        return !"nio".equals(System.getProperty(PROPERTY)) && Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract IoHandlerFactory loops();

    /** A socket to be connected; its descriptor exists from now on. */
    abstract SocketChannel connecting();

    /** A socket to listen with; its descriptor exists from now on. */
    abstract ServerSocketChannel listening(SocketProtocolFamily family);

    /** Has the system refuse bytes while this many or more wait to be sent for the first time. */
    abstract void keepUnsentSmall(SocketChannel channel, int bytes);

    /** Whether the peer of a socket that was just connected is known to be very near. */
    abstract boolean isNear(SocketChannel channel);

    private static boolean isLoopback(SocketChannel channel) {
        var remote = channel.remoteAddress();
        return remote != null && remote.getAddress().isLoopbackAddress();
    }
}
