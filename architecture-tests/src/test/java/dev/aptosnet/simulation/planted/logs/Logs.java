package dev.aptosnet.simulation.planted.logs;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class Logs {
    final System.Logger log = System.getLogger("planted");
}
