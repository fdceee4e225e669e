package dev.aptosnet.noise.planted.jackson;

import tools.jackson.core.JsonParser;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesJackson {
    final Class<?> type = JsonParser.class;
}
