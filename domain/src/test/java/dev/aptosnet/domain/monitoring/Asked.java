package dev.aptosnet.domain.monitoring;

import dev.aptosnet.domain.monitoring.PeerMonitor.Effect;
import dev.aptosnet.domain.monitoring.PeerMonitor.Event;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.client.PeersAndMetadata;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.monitoring.PeerMonitoring;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;
import dev.aptosnet.ports.settings.MonitoringSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** One network's monitor in virtual time, with peers that answer as the test says, and a store. */
final class Asked {
    final List<Effect.Ask> asks = new ArrayList<>();
    final List<Effect> others = new ArrayList<>();
    PeersAndMetadata store;
    MonoTime now = new MonoTime(0);
    Peer peers = (_, _) -> null;

    private final NetworkId network;
    private final PeerMonitor machine;
    private final TreeMap<MonoTime, List<Event>> coming = new TreeMap<>();

    /** What a peer answers to its n-th request, from 0; null for nothing. */
    @FunctionalInterface
    interface Peer {
        @Nullable Reply answer(Effect.Ask ask, int number);
    }

    record Reply(Bytes payload, Duration took) {
        static Reply of(MonitoringResponse response) {
            return in(Duration.ofMillis(1), response);
        }

        static Reply in(Duration took, MonitoringResponse response) {
            return new Reply(MonitoringBcs.encode(response), took);
        }
    }

    Asked(MonitoringSettings settings, NetworkId network, boolean validator) {
        this.network = network;
        this.machine = new PeerMonitor(settings, network, validator, new Random(7));
        this.store = PeersAndMetadata.of(List.of(NetworkId.values()));
    }

    void connect(PeerInfo info) {
        store = store.with(info);
        on(new Event.Connected(info.peer(), info.connection(), info.role()));
    }

    void lose(PeerInfo info) {
        store = store.without(name(info.peer()), info.connection());
        on(new Event.Lost(info.peer(), info.connection()));
    }

    /** Runs to {@code now} and {@code length} more. */
    void run(Duration length) {
        var end = now.plus(length);
        while (true) {
            var event = coming.isEmpty() ? MonoTime.NEVER : coming.firstKey();
            var next = MonoTime.earlier(event, machine.nextDeadline());
            if (end.isBefore(next)) {
                now = end;
                return;
            }
            now = next;
            if (next.equals(event)) {
                coming.pollFirstEntry().getValue().forEach(this::on);
            } else {
                on(new Event.TimeReached());
            }
        }
    }

    void on(Event event) {
        for (var effect : machine.on(now, event)) {
            switch (effect) {
                case Effect.Ask ask -> answer(ask);
                case Effect.Update(var all) -> store = store.withMonitoring(network, all);
                default -> others.add(effect);
            }
        }
    }

    private void answer(Effect.Ask ask) {
        var reply = peers.answer(ask, asks(ask.peer(), ask.kind()).size());
        asks.add(ask);
        if (reply == null) {
            later(ask.timeout(), new Event.TimedOut(ask));
        } else {
            later(reply.took(), new Event.Answered(ask, reply.payload(), reply.took()));
        }
    }

    private void later(Duration after, Event event) {
        coming.computeIfAbsent(now.plus(after), _ -> new ArrayList<>()).add(event);
    }

    MonoTime nextDeadline() {
        return machine.nextDeadline();
    }

    List<Effect.Ask> asks(PeerId peer, RequestKind kind) {
        return asks.stream().filter(a -> a.peer().equals(peer) && a.kind() == kind).toList();
    }

    /** The counters of all pings to a peer. */
    List<Long> counters(PeerId peer) {
        return asks(peer, RequestKind.LATENCY_PING).stream()
                .map(ask -> ((MonitoringRequest.LatencyPing) ask.request()).counter())
                .toList();
    }

    PeerMonitoring known(PeerId peer) {
        return machine.known(peer);
    }

    PeerMonitoring stored(PeerId peer) {
        return store.get(name(peer)).monitoring();
    }

    int failures(PeerId peer, RequestKind kind) {
        return machine.failures(peer, kind);
    }

    <E extends Effect> List<E> effects(Class<E> type) {
        return others.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private PeerOnNetwork name(PeerId peer) {
        return new PeerOnNetwork(network, peer);
    }
}
