package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The certificate that each listener had when it last proved who it is. Whoever knows that can ask
 * for the proof together with the first packet of TLS; see {@link EarlyDial}. Remembers a bounded
 * number and forgets the one that was asked for longest ago. Safe for any number of threads.
 */
final class KnownListeners {
    /** At most so many, some 300 bytes each. */
    static final int MAX = 1024;

    /** By addresses with the listeners' static keys, so that none can pass for another. */
    private final Map<NetworkAddress, Bytes> certificates =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<NetworkAddress, Bytes> eldest) {
                    return size() > MAX;
                }
            };

    /** The hash of the certificate that is expected there, if any is. */
    synchronized @Nullable Bytes certificate(NetworkAddress address) {
        return certificates.get(address);
    }

    /** Noise has proven the listener there, over a connection with this certificate. */
    synchronized void proven(NetworkAddress address, Bytes certificate) {
        certificates.put(address, certificate);
    }

    /** What is expected there proved nothing, or is being tried. */
    synchronized void forget(NetworkAddress address) {
        certificates.remove(address);
    }
}
