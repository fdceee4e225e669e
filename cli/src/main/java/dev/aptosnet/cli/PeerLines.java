package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.NodeFeature;
import dev.aptosnet.node.NodeBuilder;
import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;

import java.util.Locale;
import java.util.function.Consumer;

/** Tells in a line each who comes and who goes. */
public final class PeerLines implements NodeFeature, NetworkEvents<Bytes> {
    private final Consumer<String> lines;

    /** On all networks together; each reports its peers one at a time, in order. */
    private int connected;

    /**
     * @param lines takes them, one at a time, and never blocks for long
     */
    public PeerLines(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void register(NodeBuilder builder) {
        builder.onPeers(this);
    }

    @Override
    public synchronized void onPeerUp(PeerInfo peer) {
        connected++;
        lines.accept(
                "peer "
                        + peer.peer().shortText()
                        + " connected, "
                        + peer.origin().name().toLowerCase(Locale.ROOT)
                        + "; "
                        + connected
                        + " in all");
    }

    @Override
    public synchronized void onPeerDown(PeerInfo peer, DisconnectReason reason) {
        connected--;
        lines.accept(
                "peer "
                        + peer.peer().shortText()
                        + " lost, "
                        + reason.label()
                        + "; "
                        + connected
                        + " in all");
    }
}
