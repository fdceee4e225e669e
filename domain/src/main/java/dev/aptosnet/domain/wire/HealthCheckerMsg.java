package dev.aptosnet.domain.wire;

import dev.aptosnet.ports.model.Bytes;

/** The payloads of the health checker's requests and answers (wire.md section 11). */
public sealed interface HealthCheckerMsg {
    /** Unsigned. */
    int nonce();

    /** Asks whether the peer is there. */
    record Ping(int nonce) implements HealthCheckerMsg {}

    /** Answers the ping with this nonce. */
    record Pong(int nonce) implements HealthCheckerMsg {}

    /** Five bytes: the variant, then the nonce. */
    default Bytes encode() {
        return new BcsWriter(5).variant(this instanceof Ping ? 0 : 1).u32(nonce()).toBytes();
    }

    /**
     * Reads a payload.
     *
     * @throws BcsException if it is malformed
     */
    static HealthCheckerMsg decode(Bytes payload) {
        var in = new BcsReader(payload);
        var variant = in.variant(2);
        var nonce = in.u32();
        in.end();
        return variant == 0 ? new Ping(nonce) : new Pong(nonce);
    }
}
