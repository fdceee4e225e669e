package dev.aptosnet.simulation.planted.direction;

import dev.aptosnet.noise.KeyPair;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesNoise {
    final Class<?> type = KeyPair.class;
}
