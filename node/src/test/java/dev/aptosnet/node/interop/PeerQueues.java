package dev.aptosnet.node.interop;

import dev.aptosnet.ports.client.NetworkEvents;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.DisconnectReason;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Who came, and why somebody left, in the order in which it happened. */
final class PeerQueues implements NetworkEvents<Bytes> {
    final BlockingQueue<PeerInfo> ups = new LinkedBlockingQueue<>();
    final BlockingQueue<DisconnectReason> downs = new LinkedBlockingQueue<>();

    @Override
    public void onPeerUp(PeerInfo peer) {
        ups.add(peer);
    }

    @Override
    public void onPeerDown(PeerInfo peer, DisconnectReason reason) {
        downs.add(reason);
    }
}
