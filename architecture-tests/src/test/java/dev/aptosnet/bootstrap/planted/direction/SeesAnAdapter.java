package dev.aptosnet.bootstrap.planted.direction;

import dev.aptosnet.adapter.plantedtwo.IsSeen;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesAnAdapter {
    final Class<?> type = IsSeen.class;
}
