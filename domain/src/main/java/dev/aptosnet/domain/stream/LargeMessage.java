package dev.aptosnet.domain.stream;

import dev.aptosnet.domain.wire.FrameKind;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;

/**
 * A message that arrived in pieces, as if it had come in one frame.
 *
 * @param kind RPC_REQUEST, RPC_RESPONSE or DIRECT_SEND
 * @param protocol number of the protocol; not for RPC_RESPONSE
 * @param requestId unsigned; not for DIRECT_SEND
 * @param priority 0 to 255
 * @param remainingMillis how long the caller would wait when the header came; -1 if it did not say
 * @param begun when the header came
 * @param payload the pieces, not joined
 */
public record LargeMessage(
        FrameKind kind,
        int protocol,
        int requestId,
        int priority,
        long remainingMillis,
        MonoTime begun,
        Bytes payload) {}
