package dev.aptosnet.domain.rollout;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;
import java.util.LinkedHashMap;

/**
 * The peers that QUIC did not reach lately, for ten minutes each. Of more than {@link #MAX} the one
 * that failed first is forgotten, which costs it a head start. Single owner.
 */
public final class QuicFailures {
    /** How many peers are remembered. */
    public static final int MAX = 4096;

    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final LinkedHashMap<PeerId, MonoTime> until = new LinkedHashMap<>();

    /** None so far. */
    public QuicFailures() {}

    /** QUIC has failed. */
    void failed(MonoTime now, PeerId peer) {
        until.remove(peer); // What is put again goes to the end.
        until.put(peer, now.plus(REMEMBERED));
        if (until.size() > MAX) {
            until.pollFirstEntry();
        }
    }

    /** QUIC has worked. */
    void worked(PeerId peer) {
        until.remove(peer);
    }

    /** Whether QUIC to the peer has failed in the last ten minutes. */
    boolean isFresh(MonoTime now, PeerId peer) {
        // All are kept for the same time, so the first to be forgotten stands first.
        for (var first = until.firstEntry();
                first != null && !now.isBefore(first.getValue());
                first = until.firstEntry()) {
            until.pollFirstEntry();
        }
        return until.containsKey(peer);
    }

    /** How many peers are remembered, some perhaps a little too long. */
    public int size() {
        return until.size();
    }
}
