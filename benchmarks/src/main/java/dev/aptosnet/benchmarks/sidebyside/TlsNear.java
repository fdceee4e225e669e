package dev.aptosnet.benchmarks.sidebyside;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The reference's dialing end: one event loop; calls by id. */
final class TlsNear implements NearEnd<byte[]> {
    /** What is written to a single link before it is flushed: a few full TLS records. */
    private static final int BATCH_BYTES = 64 << 10;

    /** The same for each of several links: one full TLS record. */
    private static final int SHARED_BATCH_BYTES = 16 << 10;

    private final SslContext tls;
    private final EventLoopGroup loop = TlsSockets.loop();
    private final List<Link> links = new ArrayList<>();
    private @Nullable Flood flood;

    TlsNear(Certificates certificates) throws Exception {
        tls = TlsSockets.dialer(certificates);
    }

    @Override
    public String credentials() {
        return "certificate";
    }

    @Override
    public byte[] payload(int bytes) {
        return new byte[bytes];
    }

    @Override
    public void connect(List<String> addresses) throws Exception {
        for (var address : addresses) {
            var colon = address.lastIndexOf(':');
            var link = new Link();
            var channel =
                    new Bootstrap()
                            .group(loop)
                            .channel(TlsSockets.channel())
                            .option(ChannelOption.TCP_NODELAY, true)
                            .option(
                                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                                    new WriteBufferWaterMark(128 << 10, 512 << 10))
                            .handler(link.initializer(tls))
                            .connect(
                                    address.substring(0, colon),
                                    Integer.parseInt(address.substring(colon + 1)))
                            .sync()
                            .channel();
            channel.pipeline().get(SslHandler.class).handshakeFuture().sync();
            links.add(link);
            // In TLS 1.3 only an answer shows that the listener took our certificate.
            var answered = new CompletableFuture<Long>();
            call(
                    links.size() - 1,
                    Question.ECHO,
                    new byte[0],
                    new Answer() {
                        @Override
                        public void answered(int bytes, long number) {
                            answered.complete(number);
                        }

                        @Override
                        public void failed(Throwable why) {
                            answered.completeExceptionally(why);
                        }
                    });
            answered.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void disconnect() throws Exception {
        for (var link : links) {
            link.channel().close().sync();
        }
        links.clear();
    }

    @Override
    public void call(int link, Question question, byte[] payload, Answer answer) {
        links.get(link).call(question, payload, answer);
    }

    private final class Link extends TlsFrames {
        private final Map<Integer, Answer> waiting = new HashMap<>();
        private @Nullable Channel channel;
        private int lastId;

        ChannelInitializer<SocketChannel> initializer(SslContext tls) {
            return new ChannelInitializer<>() {
                @Override
                protected void initChannel(SocketChannel made) {
                    channel = made;
                    made.pipeline()
                            .addLast(
                                    tls.newHandler(made.alloc()),
                                    new FlushConsolidationHandler(256, true),
                                    Link.this);
                }
            };
        }

        Channel channel() {
            var made = channel;
            if (made == null) {
                throw new IllegalStateException("not connected");
            }
            return made;
        }

        void call(Question question, byte[] payload, Answer answer) {
            var to = channel();
            if (!to.eventLoop().inEventLoop()) {
                to.eventLoop().execute(() -> call(question, payload, answer));
                return;
            }
            var id = ++lastId;
            waiting.put(id, answer);
            write(to, question.ordinal(), id, payload);
            to.flush();
        }

        @Override
        void frame(ChannelHandlerContext context, int kind, int id, ByteBuf payload) {
            var answer = waiting.remove(id);
            if (answer != null) {
                var bytes = payload.readableBytes();
                answer.answered(bytes, bytes == Long.BYTES ? payload.readLong() : 0);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            super.channelInactive(context);
            var gone = new IllegalStateException("the connection is gone");
            waiting.values().forEach(answer -> answer.failed(gone));
            waiting.clear();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
            super.channelWritabilityChanged(context);
            var running = flood;
            if (running != null && context.channel().isWritable()) {
                running.resume();
            }
        }
    }

    @Override
    public long flood(int count, byte[] payload, long nanos) throws Exception {
        var running = new Flood(links.subList(0, count), payload, System.nanoTime() + nanos);
        loop.submit(
                        () -> {
                            flood = running;
                            running.run();
                        })
                .sync();
        var sent = running.sent.get();
        loop.submit(() -> flood = null).sync();
        return sent;
    }

    /** Messages to each link in turn while all take them. On the loop. */
    private static final class Flood implements Runnable {
        private final List<Link> to;
        private final byte[] payload;
        private final long end;
        private final int rounds;
        private final CompletableFuture<Long> sent = new CompletableFuture<>();
        private long count;
        private boolean paused;

        Flood(List<Link> to, byte[] payload, long end) {
            this.to = List.copyOf(to);
            this.payload = payload;
            this.end = end;
            this.rounds = (to.size() == 1 ? BATCH_BYTES : SHARED_BATCH_BYTES) / payload.length;
        }

        void resume() {
            if (paused) {
                paused = false;
                run();
            }
        }

        @Override
        public void run() {
            if (System.nanoTime() - end >= 0) {
                sent.complete(count);
                return;
            }
            for (var link : to) {
                if (!link.channel().isWritable()) {
                    paused = true;
                    return;
                }
            }
            for (var link : to) {
                for (var i = 0; i < rounds; i++) {
                    TlsFrames.write(link.channel(), TlsFrames.SEND, 0, payload);
                }
                link.channel().flush();
            }
            count += (long) rounds * to.size();
            to.getFirst().channel().eventLoop().execute(this);
        }
    }

    @Override
    public void close() throws Exception {
        disconnect();
        TlsSockets.close(loop);
    }
}
