package dev.aptosnet.bootstrap.runtime;

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
    private final long arrivedNanos;
    private final AtomicBoolean ended = new AtomicBoolean();

    InboundRequest(PeerConnection connection, InboundCall call, Bytes payload) {
        this.connection = connection;
        this.call = call;
        this.payload = payload;
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
        if (!ended.compareAndSet(false, true) || !connection.respond(call, answer)) {
            return false;
        }
        connection.metrics().served(call.protocol(), connection.nanosSince(arrivedNanos));
        return true;
    }

    @Override
    public boolean refuse() {
        return ended.compareAndSet(false, true) && connection.refuse(call);
    }
}
