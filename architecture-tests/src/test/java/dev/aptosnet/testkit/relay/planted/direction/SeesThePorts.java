package dev.aptosnet.testkit.relay.planted.direction;

import dev.aptosnet.ports.model.Bytes;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesThePorts {
    final Class<?> type = Bytes.class;
}
