package dev.aptosnet.planted.cycle.left;

import dev.aptosnet.planted.cycle.right.Right;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
public final class Left {
    final Class<?> type = Right.class;
}
