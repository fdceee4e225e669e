package dev.aptosnet.relay.planted.direction;

import dev.aptosnet.domain.wire.WireError;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesTheDomain {
    final Class<?> type = WireError.class;
}
