package dev.aptosnet.ports.client;

import dev.aptosnet.ports.transport.SetupFailure;

/** A connection that was asked for did not come to be. */
public final class ConnectFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient SetupFailure failure;

    /** Says which check failed, and the remedy. */
    public ConnectFailure(SetupFailure failure) {
        super(failure.toString());
        this.failure = failure;
    }

    /** Which check failed. */
    public SetupFailure failure() {
        return failure;
    }
}
