package dev.aptosnet.node.network;

import dev.aptosnet.domain.peer.PeerNews;
import dev.aptosnet.domain.peer.PeerNews.Event;
import dev.aptosnet.node.loop.SerialExecutor;
import dev.aptosnet.ports.client.NetworkEvents;

import java.util.List;
import java.util.Optional;

/**
 * Tells each of the application's listeners of peers that come and go, on a virtual thread, one at
 * a time. A slow one finds the latest event of each peer and holds up no other.
 */
final class PeerListeners {
    private final List<Listener> listeners;

    PeerListeners(List<NetworkEvents<?>> listeners) {
        this.listeners = listeners.stream().map(Listener::new).toList();
    }

    void tell(Event event) {
        listeners.forEach(listener -> listener.tell(event));
    }

    private static final class Listener {
        private final NetworkEvents<?> events;
        private final PeerNews news = new PeerNews();
        private final SerialExecutor serial = new SerialExecutor("aptosnet-peers");

        Listener(NetworkEvents<?> events) {
            this.events = events;
        }

        void tell(Event event) {
            boolean more;
            synchronized (news) {
                more = news.put(event);
            }
            if (more) {
                serial.run(this::deliver);
            }
        }

        private void deliver() {
            Optional<Event> next;
            synchronized (news) {
                next = news.take();
            }
            next.ifPresent(
                    event -> {
                        switch (event) {
                            case Event.Up(var peer) -> events.onPeerUp(peer);
                            case Event.Replaced(var before, var after) ->
                                    events.onPeerReplaced(before, after);
                            case Event.Down(var peer, var reason) ->
                                    events.onPeerDown(peer, reason);
                        }
                    });
        }
    }
}
