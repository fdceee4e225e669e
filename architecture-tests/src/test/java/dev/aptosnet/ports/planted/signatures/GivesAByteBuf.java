package dev.aptosnet.ports.planted.signatures;

import io.netty.buffer.ByteBuf;

import java.util.List;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
public final class GivesAByteBuf {
    /** A Netty type for everybody to see. */
    public List<ByteBuf> buffers() {
        return List.of();
    }
}
