package dev.aptosnet.bootstrap.planted.kwik;

import tech.kwik.core.QuicStream;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesKwik {
    final Class<?> type = QuicStream.class;
}
