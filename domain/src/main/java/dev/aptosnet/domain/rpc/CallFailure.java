package dev.aptosnet.domain.rpc;

import dev.aptosnet.domain.wire.RefusalCode;

/** Why a call did not succeed. */
public sealed interface CallFailure {
    /** Its deadline passed. The peer may or may not have acted. */
    record TimedOut() implements CallFailure {}

    /** Its caller gave it up, through {@code Connection.cancel}. */
    record Canceled() implements CallFailure {}

    /**
     * We did not take it on; nothing was sent.
     *
     * @param limit which limit, with its configuration key and value
     */
    record RefusedHere(String limit) implements CallFailure {}

    /**
     * The peer said that it will not answer (I-22).
     *
     * @param code why, as it says
     */
    record RefusedByPeer(RefusalCode code) implements CallFailure {}

    /**
     * The request is larger than {@code max_message_size}. Nothing was sent.
     *
     * @param bytes its size
     * @param limit the largest size
     */
    record TooLarge(long bytes, long limit) implements CallFailure {}

    /** The peer did not announce the protocol. Nothing was sent. */
    record UnsupportedProtocol() implements CallFailure {}

    /**
     * The connection ended first. The peer may or may not have acted.
     *
     * @param how how it ended, in one line
     */
    record Disconnected(String how) implements CallFailure {}
}
