package dev.aptosnet.simulation.planted.unordered;

import java.util.Set;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class MakesASet {
    final Set<Integer> set = Set.of(1, 2);
}
