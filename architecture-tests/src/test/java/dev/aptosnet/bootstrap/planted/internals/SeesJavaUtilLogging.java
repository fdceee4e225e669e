package dev.aptosnet.bootstrap.planted.internals;

import java.util.logging.Logger;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesJavaUtilLogging {
    final Class<?> type = Logger.class;
}
