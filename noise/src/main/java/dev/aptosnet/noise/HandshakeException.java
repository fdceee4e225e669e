package dev.aptosnet.noise;

import dev.aptosnet.ports.transport.SetupFailure;

/**
 * The handshake failed by what the peer sent, or did not send. Has no stack trace: strangers cause
 * it at will, and the failure says all there is to say.
 */
public final class HandshakeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SetupFailure failure;

    private HandshakeException(SetupFailure failure) {
        super(failure.toString(), null, false, false);
        this.failure = failure;
    }

    static HandshakeException of(SetupFailure.Reason reason, String detail) {
        return new HandshakeException(new SetupFailure(reason, detail));
    }

    /** Which check failed, and the remedy. */
    public SetupFailure failure() {
        return failure;
    }
}
