package dev.aptosnet.noise;

import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PublicKey;

import java.util.List;

/**
 * Which suite to offer to whom (wire.md section 4.1): the one that worked last, else the first; the
 * next one after a listener hung up on an offer. Remembers a bounded number of peers and forgets
 * the one that was asked for longest ago. Safe for any number of threads.
 */
public final class SuiteMemory {
    private static final int MAX_PEERS = 4096;

    private final List<CipherSuite> suites;
    private final RecentlyUsed<PublicKey, CipherSuite> next = new RecentlyUsed<>(MAX_PEERS);

    /**
     * @param suites those that this node speaks, the one that it likes best first
     */
    public SuiteMemory(List<CipherSuite> suites) {
        this.suites = List.copyOf(suites);
    }

    /** The suite to offer now. */
    public CipherSuite offer(PublicKey peer) {
        var remembered = next.find(peer);
        return remembered == null ? suites.getFirst() : remembered;
    }

    /** The peer accepted this suite. */
    public void worked(PublicKey peer, CipherSuite suite) {
        if (suites.size() > 1) {
            next.keep(peer, suite);
        }
    }

    /** The peer hung up when it was offered this suite. */
    public void refused(PublicKey peer, CipherSuite suite) {
        if (suites.size() > 1) {
            next.keep(peer, suites.get((suites.indexOf(suite) + 1) % suites.size()));
        }
    }
}
