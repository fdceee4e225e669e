package dev.aptosnet.simulation.planted.threads;

import java.util.concurrent.locks.ReentrantLock;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class TakesALock {
    final Object lock = new ReentrantLock();
}
