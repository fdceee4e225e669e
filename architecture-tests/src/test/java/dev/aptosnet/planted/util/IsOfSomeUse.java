package dev.aptosnet.planted.util;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class IsOfSomeUse {}
