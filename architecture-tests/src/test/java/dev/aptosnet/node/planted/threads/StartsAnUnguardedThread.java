package dev.aptosnet.node.planted.threads;

/** Planted: breaks a rule, so that the rule can show that it catches it. */
final class StartsAnUnguardedThread {
    void start() {
        Thread.startVirtualThread(this::run);
    }

    private void run() {}
}
