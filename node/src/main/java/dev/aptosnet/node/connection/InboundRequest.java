package dev.aptosnet.node.connection;

import dev.aptosnet.domain.rpc.InboundCall;
import dev.aptosnet.ports.client.RpcRequest;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.util.concurrent.atomic.AtomicBoolean;

/** A request on its way through a handler, and back. */
final class InboundRequest implements RpcRequest<Bytes> {
    private final PeerConnection connection;
    private final InboundCall call;
    private final Bytes payload;
    private final boolean borrowed;
    private final long arrivedNanos;
    private final AtomicBoolean ended = new AtomicBoolean();

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
        if (!ended.compareAndSet(false, true) || !connection.respond(call, lasting(answer))) {
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
        return ended.compareAndSet(false, true) && connection.refuse(call);
    }
}
