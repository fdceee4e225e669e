package dev.aptosnet.ports.planted.world;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class StartsAThread {
    final Thread thread = new Thread(() -> {});
}
