package dev.aptosnet.planted.cycle.right;

import dev.aptosnet.planted.cycle.left.Left;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
public final class Right {
    final Class<?> type = Left.class;
}
