package dev.aptosnet.node.planted.logging;

import ch.qos.logback.classic.Logger;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesLogback {
    final Class<?> type = Logger.class;
}
