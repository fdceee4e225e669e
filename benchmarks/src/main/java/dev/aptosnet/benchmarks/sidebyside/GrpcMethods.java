package dev.aptosnet.benchmarks.sidebyside;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What both gRPC ends agree on: arrays as messages, one method for each question, one stream. */
final class GrpcMethods {
    static final String SERVICE = "bench.SideBySide";

    /** The largest message, and room for its frame. */
    static final int MAX_BYTES = (64 << 20) + 1024;

    /** Direct sends; the answer at the end is empty. */
    static final MethodDescriptor<byte[], byte[]> SEND =
            method(MethodType.CLIENT_STREAMING, "Send");

    private static final boolean EPOLL = Epoll.isAvailable();

    private GrpcMethods() {}

    static MethodDescriptor<byte[], byte[]> of(Question question) {
        return method(MethodType.UNARY, question.name().toLowerCase(Locale.ROOT));
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Arrays())
                .setResponseMarshaller(new Arrays())
                .build();
    }

    /** One thread. */
    @SuppressWarnings("deprecation") // the groups that gRPC itself makes
    static EventLoopGroup loop() {
        return EPOLL ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    }

    static void close(EventLoopGroup loop) throws InterruptedException {
        var ended = loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        if (!ended) {
            throw new IllegalStateException("an event loop that does not end");
        }
    }

    static Class<? extends Channel> channel() {
        return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerChannel> serverChannel() {
        return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private static final class Arrays implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ArrayStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                // gRPC's streams know their length.
                var array = new byte[stream.available()];
                var read = stream.readNBytes(array, 0, array.length);
                if (read != array.length) {
                    throw new IOException("a message of " + read + " bytes");
                }
                return array;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Hands its array to gRPC in one piece. */
    private static final class ArrayStream extends ByteArrayInputStream
            implements KnownLength, Drainable {
        ArrayStream(byte[] array) {
            super(array);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            var bytes = count - pos;
            target.write(buf, pos, bytes);
            pos = count;
            return bytes;
        }
    }
}
