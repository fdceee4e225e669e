package dev.aptosnet.bootstrap.planted.netty;

import io.netty.buffer.ByteBuf;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesNetty {
    final Class<?> type = ByteBuf.class;
}
