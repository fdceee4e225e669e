package dev.aptosnet.planted.twice.left;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class Twin {}
