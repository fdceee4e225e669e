package dev.aptosnet.simulation.planted.world;

import java.net.Socket;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class SeesSockets {
    final Class<?> type = Socket.class;
}
