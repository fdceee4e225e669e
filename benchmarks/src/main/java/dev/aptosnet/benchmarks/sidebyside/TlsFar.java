package dev.aptosnet.benchmarks.sidebyside;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The reference's listening end: what it is asked it answers at once, one flush for each read. */
final class TlsFar implements FarEnd {
    private final SslContext tls;
    private final LongAdder sends = new LongAdder();
    private final List<EventLoopGroup> loops = new ArrayList<>();

    TlsFar(Certificates certificates) throws Exception {
        tls = TlsSockets.listener(certificates);
    }

    @Override
    public List<String> listen(int peers, String credentials) throws Exception {
        close();
        var addresses = new ArrayList<String>();
        for (var i = 0; i < peers; i++) {
            var loop = TlsSockets.loop();
            loops.add(loop);
            var bound =
                    new ServerBootstrap()
                            .group(loop)
                            .channel(TlsSockets.serverChannel())
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childHandler(
                                    new ChannelInitializer<SocketChannel>() {
                                        @Override
                                        protected void initChannel(SocketChannel channel) {
                                            channel.pipeline()
                                                    .addLast(
                                                            tls.newHandler(channel.alloc()),
                                                            new Frames());
                                        }
                                    })
                            .bind("127.0.0.1", 0)
                            .sync()
                            .channel();
            addresses.add("127.0.0.1:" + ((InetSocketAddress) bound.localAddress()).getPort());
        }
        return addresses;
    }

    private final class Frames extends TlsFrames {
        @Override
        void frame(ChannelHandlerContext context, int kind, int id, ByteBuf payload) {
            if (kind == SEND) {
                sends.increment();
                return;
            }
            switch (Question.of(kind)) {
                case ECHO, URGENT -> write(context, ANSWER, id, payload);
                case TAKE -> write(context, ANSWER, id, Unpooled.EMPTY_BUFFER);
                case COUNT ->
                        write(
                                context,
                                ANSWER,
                                id,
                                context.alloc().buffer(Long.BYTES).writeLong(sends.sum()));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
            super.channelReadComplete(context);
            context.flush();
        }
    }

    @Override
    public void close() throws Exception {
        for (var loop : loops) {
            TlsSockets.close(loop);
        }
        loops.clear();
    }
}
