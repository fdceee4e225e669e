package dev.aptosnet.planted.names;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class PeerManager {}
