package dev.aptosnet.bootstrap.demo;

import dev.aptosnet.ports.model.Bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The payloads of the health checker's RPC: a variant byte, 0 for a ping and 1 for its answer, and
 * the nonce in four little-endian bytes (behaviour.md section 13.1).
 */
public final class HealthPing {
    private HealthPing() {}

    /** A ping with this nonce. */
    public static Bytes request(int nonce) {
        return payload(0, nonce);
    }

    /** Whether {@code answer} answers the ping with this nonce. */
    public static boolean isAnswer(Bytes answer, int nonce) {
        return answer.equals(payload(1, nonce));
    }

    private static Bytes payload(int variant, int nonce) {
        return Bytes.wrap(
                ByteBuffer.allocate(5)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put((byte) variant)
                        .putInt(nonce)
                        .array());
    }
}
