package dev.aptosnet.node.network;

import dev.aptosnet.ports.model.MonoTime;

import java.time.Duration;
import java.util.stream.Collectors;

/** Logs who is connected, at most once a minute (behaviour.md section 3.7). Owned by the loop. */
final class PeerList {
    private static final System.Logger LOG = System.getLogger(PeerList.class.getName());
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final ConnectedPeers connected;
    private MonoTime next = MonoTime.NEVER;

    PeerList(ConnectedPeers connected) {
        this.connected = connected;
    }

    /** Somebody connected. */
    void begin(MonoTime now) {
        if (next.equals(MonoTime.NEVER)) {
            next = now.plus(INTERVAL);
        }
    }

    MonoTime nextDeadline() {
        return next;
    }

    void onTime(MonoTime now) {
        if (now.isBefore(next)) {
            return;
        }
        var peers = connected.infos();
        next = peers.isEmpty() ? MonoTime.NEVER : now.plus(INTERVAL);
        if (!peers.isEmpty() && LOG.isLoggable(System.Logger.Level.INFO)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "connected peers ({0}): {1}",
                    peers.size(),
                    peers.stream()
                            .map(
                                    peer ->
                                            peer.peer().shortText()
                                                    + " "
                                                    + peer.role().label()
                                                    + " "
                                                    + peer.address())
                            .collect(Collectors.joining(", ")));
        }
    }
}
