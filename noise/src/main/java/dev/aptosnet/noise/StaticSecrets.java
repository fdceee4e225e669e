package dev.aptosnet.noise;

import dev.aptosnet.ports.model.PublicKey;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one static key has agreed on with the static keys of known peers, so that a reconnection
 * computes it no more: one of the four Diffie-Hellman results of a handshake. Strangers get no
 * entry. Bounded; forgets who was asked for longest ago. Safe for any number of threads.
 */
final class StaticSecrets {
    /** About 200 bytes each. */
    static final int MAX_PEERS = 4096;

    private final Map<PublicKey, byte[]> secrets =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<PublicKey, byte[]> eldest) {
                    return size() > MAX_PEERS;
                }
            };

    /** The secret shared with this key, not to be written to; null if it has to be computed. */
    synchronized byte @Nullable [] find(PublicKey theirs) {
        return secrets.get(theirs);
    }

    /**
     * Keeps a secret for the next time.
     *
     * @param secret given away by this call
     */
    synchronized void keep(PublicKey theirs, byte[] secret) {
        secrets.put(theirs, secret);
    }

    synchronized int size() {
        return secrets.size();
    }
}
