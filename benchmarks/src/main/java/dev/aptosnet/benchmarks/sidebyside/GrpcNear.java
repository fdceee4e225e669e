package dev.aptosnet.benchmarks.sidebyside;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** gRPC channels with the direct executor, on one event loop. */
final class GrpcNear implements NearEnd<byte[]> {
    private final SslContext tls;
    private final EventLoopGroup loop = GrpcMethods.loop();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Map<Question, MethodDescriptor<byte[], byte[]>> methods =
            new EnumMap<>(Question.class);

    GrpcNear(Certificates certificates) throws Exception {
        tls =
                GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.OPENSSL)
                        .protocols("TLSv1.3")
                        .keyManager(certificates.key(), certificates.own())
                        .trustManager(certificates.peer())
                        .build();
        for (var question : Question.values()) {
            methods.put(question, GrpcMethods.of(question));
        }
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
    public void connect(List<String> addresses) {
        for (var address : addresses) {
            var colon = address.lastIndexOf(':');
            var channel =
                    NettyChannelBuilder.forAddress(
                                    address.substring(0, colon),
                                    Integer.parseInt(address.substring(colon + 1)))
                            .overrideAuthority("localhost")
                            .eventLoopGroup(loop)
                            .channelType(GrpcMethods.channel())
                            .directExecutor()
                            .maxInboundMessageSize(GrpcMethods.MAX_BYTES)
                            .sslContext(tls)
                            .build();
            channels.add(channel);
            ClientCalls.blockingUnaryCall(
                    channel, method(Question.ECHO), CallOptions.DEFAULT, new byte[0]);
        }
    }

    private MethodDescriptor<byte[], byte[]> method(Question question) {
        var method = methods.get(question);
        if (method == null) {
            throw new IllegalArgumentException(question.toString());
        }
        return method;
    }

    @Override
    public void disconnect() throws Exception {
        for (var channel : channels) {
            channel.shutdownNow();
            channel.awaitTermination(10, TimeUnit.SECONDS);
        }
        channels.clear();
    }

    @Override
    public void call(int link, Question question, byte[] payload, Answer answer) {
        ClientCalls.asyncUnaryCall(
                channels.get(link).newCall(method(question), CallOptions.DEFAULT),
                payload,
                new Unary(answer));
    }

    private static final class Unary implements StreamObserver<byte[]> {
        private final Answer answer;
        private byte @Nullable [] response;

        Unary(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void onNext(byte[] value) {
            response = value;
        }

        @Override
        public void onError(Throwable why) {
            answer.failed(why);
        }

        @Override
        public void onCompleted() {
            var bytes = response;
            if (bytes == null) {
                answer.failed(new IllegalStateException("no answer"));
            } else {
                answer.answered(
                        bytes.length,
                        bytes.length == Long.BYTES ? ByteBuffer.wrap(bytes).getLong() : 0);
            }
        }
    }

    @Override
    public long flood(int links, byte[] payload, long nanos) throws Exception {
        var end = System.nanoTime() + nanos;
        var streams = new ArrayList<Stream>();
        for (var channel : channels.subList(0, links)) {
            var stream = new Stream(payload, end);
            streams.add(stream);
            ClientCalls.asyncClientStreamingCall(
                    channel.newCall(GrpcMethods.SEND, CallOptions.DEFAULT), stream);
        }
        long sent = 0;
        for (var stream : streams) {
            sent += stream.ended.get(nanos + 60_000_000_000L, TimeUnit.NANOSECONDS);
        }
        return sent;
    }

    /** Writes whenever gRPC says that it is ready, which it does on the event loop. */
    private static final class Stream implements ClientResponseObserver<byte[], byte[]> {
        private final byte[] payload;
        private final long end;
        private final CompletableFuture<Long> ended = new CompletableFuture<>();
        private long count;
        private boolean done;

        Stream(byte[] payload, long end) {
            this.payload = payload;
            this.end = end;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> requests) {
            requests.setOnReadyHandler(
                    () -> {
                        while (!done && requests.isReady()) {
                            if (System.nanoTime() - end >= 0) {
                                done = true;
                                requests.onCompleted();
                            } else {
                                requests.onNext(payload);
                                count++;
                            }
                        }
                    });
        }

        @Override
        public void onNext(byte[] value) {}

        @Override
        public void onError(Throwable why) {
            ended.completeExceptionally(why);
        }

        @Override
        public void onCompleted() {
            ended.complete(count);
        }
    }

    @Override
    public void close() throws Exception {
        disconnect();
        GrpcMethods.close(loop);
    }
}
