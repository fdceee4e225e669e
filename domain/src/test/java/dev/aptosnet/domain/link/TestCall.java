package dev.aptosnet.domain.link;

import dev.aptosnet.domain.rpc.CallFailure;
import dev.aptosnet.domain.rpc.OutboundCall;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

/** A call that remembers how it ended, and how often. */
public class TestCall extends OutboundCall {
    public final Bytes request;
    public @Nullable Bytes answer;
    public @Nullable CallFailure failure;
    public int endings;

    /** Whether the answer may be gone afterwards. */
    public boolean borrows;

    public TestCall(
            ProtocolId protocol, MessageClass messageClass, Bytes request, MonoTime deadline) {
        super(protocol, messageClass, request, deadline);
        this.request = request;
    }

    @Override
    public boolean borrowsAnswer() {
        return borrows;
    }

    @Override
    protected void onAnswer(Bytes bytes) {
        answer = bytes;
        endings++;
    }

    @Override
    protected void onFailed(CallFailure why) {
        failure = why;
        endings++;
    }
}
