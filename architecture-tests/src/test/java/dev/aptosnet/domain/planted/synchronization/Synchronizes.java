package dev.aptosnet.domain.planted.synchronization;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class Synchronizes {
    private int count;

    int increment() {
        synchronized (this) {
            return ++count;
        }
    }
}
