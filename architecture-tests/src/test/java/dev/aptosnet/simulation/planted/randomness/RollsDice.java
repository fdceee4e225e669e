package dev.aptosnet.simulation.planted.randomness;

import java.util.Random;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class RollsDice {
    final Random dice = new Random();
}
