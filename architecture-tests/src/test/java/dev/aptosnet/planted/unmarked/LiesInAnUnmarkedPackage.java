package dev.aptosnet.planted.unmarked;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class LiesInAnUnmarkedPackage {}
