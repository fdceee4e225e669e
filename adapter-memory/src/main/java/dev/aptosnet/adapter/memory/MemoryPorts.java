package dev.aptosnet.adapter.memory;

import dev.aptosnet.ports.transport.ListenId;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;

/** Who listens where in this process. Safe for any number of threads. */
final class MemoryPorts {
    /** Where the search for a free port begins. */
    private static final int FIRST_FREE = 1024;

    private static final int LAST = 65_535;

    private static final Map<Integer, Listener> LISTENERS = new TreeMap<>();

    private MemoryPorts() {}

    /** A transport that listens, and the command that made it. */
    record Listener(MemoryTransport transport, ListenId id) {}

    /**
     * Takes a port.
     *
     * @param wanted 0 for any free one
     * @return the port, or -1 if it is taken
     */
    static int bind(int wanted, Listener listener) {
        synchronized (LISTENERS) {
            var port = wanted;
            if (port == 0) {
                port = FIRST_FREE;
                while (port <= LAST && LISTENERS.containsKey(port)) {
                    port++;
                }
            }
            if (port > LAST || LISTENERS.containsKey(port)) {
                return -1;
            }
            LISTENERS.put(port, listener);
            return port;
        }
    }

    /** Who listens at a port; null for nobody. */
    static @Nullable Listener find(int port) {
        synchronized (LISTENERS) {
            return LISTENERS.get(port);
        }
    }

    /** Gives back all ports of a transport. */
    static void release(MemoryTransport transport) {
        synchronized (LISTENERS) {
            LISTENERS.values().removeIf(listener -> listener.transport() == transport);
        }
    }
}
