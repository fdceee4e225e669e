package dev.aptosnet.node.network;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why the last dial of each peer failed, until it is connected; the {@value #MAX_PEERS} peers that
 * failed last. Any thread.
 */
final class DialFailures {
    static final int MAX_PEERS = 4096;

    private final Map<PeerId, SetupFailure> failures =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<PeerId, SetupFailure> eldest) {
                    return size() > MAX_PEERS;
                }
            };

    /** Notes a failure; returns the one before it. */
    synchronized @Nullable SetupFailure put(PeerId peer, SetupFailure failure) {
        var before = failures.remove(peer);
        failures.put(peer, failure);
        return before;
    }

    synchronized @Nullable SetupFailure find(PeerId peer) {
        return failures.get(peer);
    }

    synchronized void forget(PeerId peer) {
        failures.remove(peer);
    }
}
