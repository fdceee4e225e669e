package dev.aptosnet.adapter.plantedone;

import dev.aptosnet.adapter.plantedtwo.IsSeen;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesAnotherAdapter {
    final Class<?> type = IsSeen.class;
}
