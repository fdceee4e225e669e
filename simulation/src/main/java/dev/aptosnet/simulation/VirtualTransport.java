package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** The transport of one process on a host. It lives until the process ends. */
final class VirtualTransport implements Transport {
    private final VirtualNetwork network;
    private final Host host;
    private final TransportSettings settings;

    /** By dial number. */
    private final TreeMap<Long, SetUp> dials = new TreeMap<>();

    /** The last first-message time stamp of each peer, which its next must exceed. */
    private final TreeMap<PeerId, Long> lastStamps = new TreeMap<>();

    private @Nullable ListenId listening;
    private int pendingInbound;
    private long lastStamp;

    VirtualTransport(VirtualNetwork network, Host host, TransportSettings settings) {
        this.network = network;
        this.host = host;
        this.settings = settings;
    }

    @Override
    public void listen(ListenId id, NetworkAddress address) {
        listening = id;
        report(new TransportEvent.Listening(id, host.address()));
    }

    @Override
    public void dial(DialId id, PeerId expected, NetworkAddress address, RaceTicket turn) {
        network.tally().dials++;
        var to = network.find(address);
        if (to == null) {
            failed(
                    id,
                    new SetupFailure(
                            SetupFailure.Reason.BAD_ADDRESS, address + ": no such host here"));
            return;
        }
        if (!turn.take()) {
            failed(id, RaceTicket.NOT_OURS);
            return;
        }
        var setUp = new SetUp(network, this, id, host, to, expected);
        dials.put(id.number(), setUp);
        setUp.begin();
    }

    @Override
    public void probe(DialId id, NetworkAddress address, Duration limit) {
        network.probe(
                host,
                address,
                limit,
                id.number(),
                took -> report(new TransportEvent.Probed(id, took)));
    }

    @Override
    public void cancel(DialId id) {
        var setUp = dials.get(id.number());
        if (setUp != null) {
            setUp.fail(SetupFailure.Reason.CANCELED, "the dial was given up");
        }
    }

    @Override
    public void close() {
        listening = null;
        for (var setUp : List.copyOf(dials.values())) {
            setUp.fail(SetupFailure.Reason.CANCELED, "the transport was closed");
        }
    }

    void failed(DialId id, SetupFailure failure) {
        dials.remove(id.number());
        network.tally().dialsFailed++;
        report(new TransportEvent.DialFailed(id, failure));
    }

    void dialed(DialId id, VirtualLink link) {
        dials.remove(id.number());
        network.tally().linksMade++;
        report(new TransportEvent.Dialed(id, link));
    }

    void accepted(VirtualLink link) {
        if (listening != null) {
            report(new TransportEvent.Accepted(listening, link));
        }
    }

    /** A connection in set-up asks for a place. */
    boolean admit() {
        if (listening == null || pendingInbound >= settings.limits().maxPendingInbound()) {
            return false;
        }
        pendingInbound++;
        return true;
    }

    /** A connection in set-up is there, or never will be. */
    void leave() {
        pendingInbound--;
    }

    /** The time stamp of our next first message: never repeated while the process lives. */
    long nextStamp() {
        lastStamp = Math.max(lastStamp + 1, host.wallMillis());
        return lastStamp;
    }

    /** Whether a peer may connect with this time stamp. */
    SetupFailure.@Nullable Reason judge(PeerId peer, long stamp) {
        if (settings.trusted().find(peer).isEmpty()) {
            return SetupFailure.Reason.UNTRUSTED_PEER;
        }
        return stamp <= lastStamps.getOrDefault(peer, Long.MIN_VALUE)
                ? SetupFailure.Reason.REPLAY
                : null;
    }

    /** The peer has proven itself with this time stamp; an older one may do so later. */
    void commit(PeerId peer, long stamp) {
        lastStamps.merge(peer, stamp, Math::max);
    }

    private void report(TransportEvent event) {
        host.post(
                network.world().now(),
                EventKind.REPORT,
                pendingInbound,
                () -> settings.events().accept(event));
    }

    TransportSettings settings() {
        return settings;
    }
}
