package dev.aptosnet.node.network;

import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.node.connection.PeerConnection;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.RpcCallback;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** A call of an application: what the machine knows of it, and whom to tell how it ended. */
abstract sealed class ClientCall extends OutboundCall {
    private final Terms terms;

    /**
     * What a call is made on.
     *
     * @param number of its admission by the circuit breaker
     * @param madeNanos when, by the node's clock; before it was handed to the connection
     * @param deadline when it is given up
     * @param savedNanos how much longer its caller would wait then
     */
    record Terms(
            PeerConnection connection,
            ProtocolId protocol,
            Bytes request,
            int number,
            long madeNanos,
            MonoTime deadline,
            long savedNanos) {}

    ClientCall(Terms terms) {
        super(terms.protocol, terms.protocol.messageClass(), terms.request, terms.deadline);
        this.terms = terms;
    }

    PeerConnection connection() {
        return terms.connection;
    }

    abstract void succeeded(Bytes answer);

    abstract void failed(NetworkException failure);

    /** An answer that is on its way is not given up for being large. */
    @Override
    protected final MonoTime latestDeadline() {
        return terms.deadline.plusNanos(terms.savedNanos);
    }

    @Override
    protected final void onAnswer(Bytes answer) {
        var connection = terms.connection;
        var took = sinceMade();
        connection.metrics().answered(protocol(), took);
        connection
                .health()
                .answered(connection.now(), protocol(), terms.number, took, answer.size());
        succeeded(answer);
    }

    @Override
    protected final void onFailed(CallFailure failure) {
        var connection = terms.connection;
        var waited = sinceMade();
        connection
                .health()
                .failed(connection.now(), protocol(), terms.number, failure, waited, savedNanos());
        failed(explain(failure, waited));
    }

    /** Until what ended it arrived: the owner looks at the clock once for all that it reads. */
    private long sinceMade() {
        return Math.max(0, terms.connection.now().nanos() - terms.madeNanos);
    }

    /** How much longer the caller would wait; 0 if it was waited for so long. */
    private long savedNanos() {
        return deadline().equals(terms.deadline) ? terms.savedNanos : 0;
    }

    private NetworkException explain(CallFailure failure, long waitedNanos) {
        var peer = terms.connection.peer();
        var protocol = protocol();
        return switch (failure) {
            case CallFailure.TimedOut _ ->
                    savedNanos() == 0
                            ? new NetworkException.TimedOut(peer, protocol)
                            : new NetworkException.TimedOut(
                                    peer, protocol, Duration.ofNanos(waitedNanos));
            case CallFailure.Canceled _ ->
                    new NetworkException.Refused(peer, protocol, false, "canceled by its caller");
            case CallFailure.RefusedHere(var limit) ->
                    new NetworkException.Refused(peer, protocol, false, limit);
            case CallFailure.RefusedByPeer refusal ->
                    refusal.code() == RefusalCode.UNSUPPORTED_PROTOCOL
                            ? new NetworkException.UnsupportedProtocol(peer, protocol)
                            : new NetworkException.Refused(
                                    peer, protocol, true, refusal.code().name());
            case CallFailure.TooLarge(var bytes, var limit) ->
                    new NetworkException.MessageTooLarge(peer, protocol, bytes, limit);
            case CallFailure.UnsupportedProtocol _ ->
                    new NetworkException.UnsupportedProtocol(peer, protocol);
            case CallFailure.Disconnected(var how) ->
                    new NetworkException.PeerDisconnected(peer, protocol, how);
        };
    }

    /** A call whose caller waits on its own thread. */
    static final class Blocking extends ClientCall {
        /** How late the owner may be before its caller goes on alone: 10 ms. */
        private static final long GRACE_NANOS = 10_000_000;

        private final Thread caller = Thread.currentThread();
        private @Nullable Bytes answer;
        private @Nullable NetworkException failure;
        private volatile boolean ended;

        Blocking(Terms terms) {
            super(terms);
        }

        @Override
        void succeeded(Bytes answer) {
            this.answer = answer;
            ended = true;
            LockSupport.unpark(caller);
        }

        @Override
        void failed(NetworkException failure) {
            this.failure = failure;
            ended = true;
            LockSupport.unpark(caller);
        }

        /**
         * Waits for the end, which the machine's deadline brings; if the owner does not come to it
         * in time, as beside a slow inline handler, the caller goes on without it.
         */
        Bytes await() throws InterruptedException {
            var until = latestDeadline().plusNanos(GRACE_NANOS);
            while (!ended) {
                var left = until.nanosSince(connection().callersNow());
                if (left <= 0) {
                    throw new NetworkException.TimedOut(connection().peer(), protocol());
                }
                LockSupport.parkNanos(this, left);
                if (!ended && Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            var result = answer;
            if (result != null) {
                return result;
            }
            var why = failure;
            if (why == null) {
                throw new AssertionError("a call ended without an answer or a failure");
            }
            // Thrown here, so that the trace shows the caller; made on the owner's thread.
            why.setStackTrace(Thread.currentThread().getStackTrace());
            throw why;
        }
    }

    /** A call whose future is completed on a virtual thread. */
    static final class Async<M> extends ClientCall {
        private final CompletableFuture<M> future;
        private static final System.Logger LOG = System.getLogger(Async.class.getName());

        private final Function<Bytes, M> decode;

        Async(Terms terms, CompletableFuture<M> future, Function<Bytes, M> decode) {
            super(terms);
            this.future = future;
            this.decode = decode;
        }

        @Override
        void succeeded(Bytes answer) {
            Thread.startVirtualThread(
                    () -> {
                        try {
                            future.complete(decode.apply(answer));
                        } catch (Throwable e) {
                            future.completeExceptionally(e);
                        }
                    });
        }

        @Override
        void failed(NetworkException failure) {
            Thread.startVirtualThread(
                    () -> {
                        try {
                            future.completeExceptionally(failure);
                        } catch (Throwable e) {
                            LOG.log(System.Logger.Level.WARNING, "a future's stage failed", e);
                        }
                    });
        }
    }

    /** A call whose callback runs on the connection's owner. */
    static final class Inline extends ClientCall {
        private final RpcCallback<Bytes> callback;

        Inline(Terms terms, RpcCallback<Bytes> callback) {
            super(terms);
            this.callback = callback;
        }

        @Override
        public boolean borrowsAnswer() {
            return connection().borrows(protocol());
        }

        @Override
        void succeeded(Bytes answer) {
            connection().runInline(protocol(), () -> callback.onAnswer(answer));
            connection().done(protocol(), answer);
        }

        @Override
        void failed(NetworkException failure) {
            connection().runInline(protocol(), () -> callback.onFailure(failure));
        }
    }
}
