package dev.aptosnet.simulation.planted.order;

import java.util.HashMap;
import java.util.Map;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class KeepsAHashMap {
    final Map<String, String> map = new HashMap<>();
}
