package dev.aptosnet.benchmarks.sidebyside;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

/** Sockets and TLS 1.3 of the reference: native epoll where it loads, BoringSSL always. */
final class TlsSockets {
    private static final boolean EPOLL = Epoll.isAvailable();

    private TlsSockets() {}

    /** One thread. */
    static EventLoopGroup loop() {
        return new MultiThreadIoEventLoopGroup(
                1, EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    static Class<? extends Channel> channel() {
        return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerChannel> serverChannel() {
        return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    static SslContext dialer(Certificates certificates) throws SSLException {
        return common(
                        SslContextBuilder.forClient()
                                .keyManager(certificates.key(), certificates.own())
                                // The certificate is pinned; its name says nothing more.
                                .endpointIdentificationAlgorithm(null),
                        certificates)
                .build();
    }

    static SslContext listener(Certificates certificates) throws SSLException {
        return common(
                        SslContextBuilder.forServer(certificates.key(), certificates.own())
                                .clientAuth(ClientAuth.REQUIRE),
                        certificates)
                .build();
    }

    private static SslContextBuilder common(SslContextBuilder builder, Certificates certificates) {
        OpenSsl.ensureAvailability();
        return builder.sslProvider(SslProvider.OPENSSL)
                .protocols("TLSv1.3")
                .trustManager(certificates.peer());
    }

    static void close(EventLoopGroup loop) throws InterruptedException {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
}
