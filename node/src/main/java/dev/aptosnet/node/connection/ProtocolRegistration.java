package dev.aptosnet.node.connection;

import dev.aptosnet.ports.client.Codec;
import dev.aptosnet.ports.client.InboundMessage;
import dev.aptosnet.ports.client.Inbox;
import dev.aptosnet.ports.client.MessageHandler;
import dev.aptosnet.ports.client.RpcHandler;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

/**
 * What this node does with one protocol. The typed handlers of applications are wrapped here, so
 * that the runtime sees bytes alone.
 *
 * @param rpc serves requests; null if none are served
 * @param rpcInline whether it runs on the connection's owner
 * @param direct takes direct sends; null if none are taken
 * @param directInline whether it runs on the connection's owner
 * @param inbox how direct sends wait for it; null for {@code inbound_queue_messages}, the oldest
 *     first, and the peers side by side
 * @param borrows whether handlers and callbacks are done with a payload when they return
 */
public record ProtocolRegistration(
        ProtocolId protocol,
        @Nullable RpcHandler<Bytes> rpc,
        boolean rpcInline,
        @Nullable DirectHandler direct,
        boolean directInline,
        @Nullable Inbox inbox,
        boolean borrows) {

    /** Takes the payload of a direct send. */
    @FunctionalInterface
    public interface DirectHandler {
        /** Takes one payload. */
        void onMessage(PeerId from, Bytes payload) throws Exception;
    }

    /** A protocol that is only spoken, not served. */
    public static ProtocolRegistration clientOnly(ProtocolId protocol) {
        return new ProtocolRegistration(protocol, null, false, null, false, null, false);
    }

    /** A protocol whose requests are served. */
    public static <M> ProtocolRegistration rpc(
            ProtocolId protocol, Codec<M> codec, RpcHandler<M> handler, boolean inline) {
        return new ProtocolRegistration(
                protocol,
                request -> handler.onRequest(new Typed<>(request, codec)),
                inline,
                null,
                false,
                null,
                false);
    }

    /** A protocol whose direct sends are taken. */
    public static <M> ProtocolRegistration direct(
            ProtocolId protocol, Codec<M> codec, MessageHandler<M> handler, boolean inline) {
        return new ProtocolRegistration(
                protocol,
                null,
                false,
                (from, payload) ->
                        handler.onMessage(
                                new InboundMessage<>(
                                        from, protocol, decode(codec, protocol, payload))),
                inline,
                null,
                false);
    }

    /** Like this one, with direct sends that wait so. */
    public ProtocolRegistration waitingIn(Inbox inbox) {
        return new ProtocolRegistration(
                protocol, rpc, rpcInline, direct, directInline, inbox, borrows);
    }

    /** Like this one, with payloads that are nobody's once its handlers have returned. */
    public ProtocolRegistration borrowing() {
        return new ProtocolRegistration(
                protocol, rpc, rpcInline, direct, directInline, inbox, true);
    }

    /**
     * Both of two registrations of one protocol.
     *
     * @throws IllegalArgumentException if both serve the same kind
     */
    public ProtocolRegistration and(ProtocolRegistration other) {
        if ((rpc != null && other.rpc != null) || (direct != null && other.direct != null)) {
            throw new IllegalArgumentException(protocol + ": two handlers (expected: one)");
        }
        return new ProtocolRegistration(
                protocol,
                rpc != null ? rpc : other.rpc,
                rpcInline || other.rpcInline,
                direct != null ? direct : other.direct,
                directInline || other.directInline,
                inbox != null ? inbox : other.inbox,
                borrows || other.borrows);
    }

    private static <M> M decode(Codec<M> codec, ProtocolId protocol, Bytes payload) {
        try {
            return codec.decode(protocol, payload);
        } catch (RuntimeException e) {
            throw new MalformedPayloadException(e);
        }
    }

    /** A request as an application sees it; decoded on the handler's thread. */
    private record Typed<M>(RpcRequest<Bytes> request, Codec<M> codec, M payload)
            implements RpcRequest<M> {
        Typed(RpcRequest<Bytes> request, Codec<M> codec) {
            this(request, codec, decode(codec, request.protocol(), request.payload()));
        }

        @Override
        public PeerId from() {
            return request.from();
        }

        @Override
        public ProtocolId protocol() {
            return request.protocol();
        }

        @Override
        public boolean respond(M answer) {
            return request.respond(codec.encode(protocol(), answer));
        }

        @Override
        public boolean refuse() {
            return request.refuse();
        }
    }
}
