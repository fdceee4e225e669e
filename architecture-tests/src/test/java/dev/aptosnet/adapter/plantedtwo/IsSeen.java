package dev.aptosnet.adapter.plantedtwo;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
public final class IsSeen {}
