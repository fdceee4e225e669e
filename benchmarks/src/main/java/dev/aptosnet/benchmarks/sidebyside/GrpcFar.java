package dev.aptosnet.benchmarks.sidebyside;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** gRPC servers with the direct executor. */
final class GrpcFar implements FarEnd {
    private static final byte[] NOTHING = {};

    private final SslContext tls;
    private final LongAdder sends = new LongAdder();
    private final List<Server> servers = new ArrayList<>();
    private final List<EventLoopGroup> loops = new ArrayList<>();

    GrpcFar(Certificates certificates) throws Exception {
        tls =
                GrpcSslContexts.configure(
                                SslContextBuilder.forServer(certificates.key(), certificates.own()),
                                SslProvider.OPENSSL)
                        .protocols("TLSv1.3")
                        .trustManager(certificates.peer())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build();
    }

    @Override
    public List<String> listen(int peers, String credentials) throws Exception {
        close();
        var addresses = new ArrayList<String>();
        for (var i = 0; i < peers; i++) {
            var loop = GrpcMethods.loop();
            loops.add(loop);
            var server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .bossEventLoopGroup(loop)
                            .workerEventLoopGroup(loop)
                            .channelType(GrpcMethods.serverChannel())
                            .directExecutor()
                            .maxInboundMessageSize(GrpcMethods.MAX_BYTES)
                            .sslContext(tls)
                            .addService(service())
                            .build()
                            .start();
            servers.add(server);
            addresses.add("127.0.0.1:" + server.getPort());
        }
        return addresses;
    }

    private ServerServiceDefinition service() {
        var service =
                ServerServiceDefinition.builder(GrpcMethods.SERVICE)
                        .addMethod(
                                GrpcMethods.SEND, ServerCalls.asyncClientStreamingCall(this::take));
        for (var question : Question.values()) {
            service.addMethod(
                    GrpcMethods.of(question),
                    ServerCalls.asyncUnaryCall(
                            (request, answers) -> {
                                answers.onNext(answer(question, request));
                                answers.onCompleted();
                            }));
        }
        return service.build();
    }

    private byte[] answer(Question question, byte[] request) {
        return switch (question) {
            case ECHO, URGENT -> request;
            case TAKE -> NOTHING;
            case COUNT -> ByteBuffer.allocate(Long.BYTES).putLong(sends.sum()).array();
        };
    }

    private StreamObserver<byte[]> take(StreamObserver<byte[]> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                sends.increment();
            }

            @Override
            public void onError(Throwable why) {
                System.err.println("grpc: " + why);
            }

            @Override
            public void onCompleted() {
                answers.onNext(NOTHING);
                answers.onCompleted();
            }
        };
    }

    @Override
    public void close() throws Exception {
        for (var server : servers) {
            server.shutdownNow();
            server.awaitTermination(10, TimeUnit.SECONDS);
        }
        servers.clear();
        for (var loop : loops) {
            GrpcMethods.close(loop);
        }
        loops.clear();
    }
}
