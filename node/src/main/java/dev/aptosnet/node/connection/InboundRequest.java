package dev.aptosnet.node.connection;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.domain.wire.RefusalCode;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

/** A request on its way through a handler, and back. */
final class InboundRequest implements RpcRequest<Bytes> {
    private final PeerConnection connection;
    private final InboundCall call;
    private final Bytes payload;
    private final boolean borrowed;
    private final long arrivedNanos;
    private final HandlerProgress progress = new HandlerProgress();

    /**
     * @param borrowed whether the payload's memory is used again once the handler has returned
     */
    InboundRequest(PeerConnection connection, InboundCall call, Bytes payload, boolean borrowed) {
        this.connection = connection;
        this.call = call;
        this.payload = payload;
        this.borrowed = borrowed;
        this.arrivedNanos = connection.now().nanos();
    }

    @Override
    public PeerId from() {
        return connection.peer();
    }

    @Override
    public ProtocolId protocol() {
        return call.protocol();
    }

    @Override
    public Bytes payload() {
        return payload;
    }

    @Override
    public boolean respond(Bytes answer) {
        if (!progress.end() || !connection.respond(call, lasting(answer))) {
            return false;
        }
        connection.metrics().served(call.protocol(), connection.nanosSince(arrivedNanos));
        return true;
    }

    /** The answer, in arrays that nobody writes to before it has left. */
    private Bytes lasting(Bytes answer) {
        return borrowed && answer.sharesArrayWith(payload)
                ? Bytes.wrap(answer.toByteArray())
                : answer;
    }

    @Override
    public boolean refuse() {
        return refuse(RefusalCode.HANDLER_FAILED);
    }

    boolean refuse(RefusalCode why) {
        return progress.end() && connection.refuse(call, why);
    }

    HandlerProgress progress() {
        return progress;
    }
}
