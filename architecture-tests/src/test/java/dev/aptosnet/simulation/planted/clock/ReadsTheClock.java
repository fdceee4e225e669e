package dev.aptosnet.simulation.planted.clock;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class ReadsTheClock {
    final long now = System.nanoTime();
}
