package dev.aptosnet.node.network;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.Link;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportProvider;
import dev.aptosnet.ports.transport.TransportSettings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The transports of a network, of those that the class or module path offers. They are made by
 * {@link #open}, on the thread that starts the node, since that loads native libraries and makes
 * keys: never on the network's loop. Any thread.
 */
final class Transports implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Transports.class.getName());

    private final Function<Consumer<TransportEvent>, TransportSettings> settings;
    private final Events events;
    private final List<TransportProvider> providers;
    private final Map<String, Transport> made = new ConcurrentSkipListMap<>();
    private volatile boolean closed;
    private final AtomicLong listenIds = new AtomicLong();
    private final ConcurrentHashMap<ListenId, CompletableFuture<NetworkAddress>> listening =
            new ConcurrentHashMap<>();

    /** What comes of listening and dialing, on a transport's thread. */
    interface Events {
        /** A peer connected to us, and is proven. */
        void accepted(Link link);

        /** Somebody who connected to us was turned away before being proven. */
        void refused(NetworkAddress from, SetupFailure why);

        /** A dial succeeded. */
        void dialed(DialId id, Link link);

        /** A dial failed, or was canceled. */
        void dialFailed(DialId id, SetupFailure why);

        /** A probe ended; null if nothing answered. */
        void probed(DialId id, @Nullable Duration took);
    }

    /**
     * @param settings makes a transport's settings from where it is to report
     * @param more transports beside those that the class or module path offers; they go first
     */
    Transports(
            Function<Consumer<TransportEvent>, TransportSettings> settings,
            Events events,
            List<TransportProvider> more) {
        this.settings = settings;
        this.events = events;
        this.providers =
                Stream.concat(
                                more.stream(),
                                ServiceLoader.load(TransportProvider.class).stream()
                                        .map(ServiceLoader.Provider::get))
                        .toList();
    }

    /**
     * Listens; returns where.
     *
     * @throws ConnectFailure if that cannot be, or takes longer than {@code limit}
     */
    NetworkAddress listen(NetworkAddress address, Duration limit) {
        var id = new ListenId(listenIds.getAndIncrement());
        var answer = new CompletableFuture<NetworkAddress>();
        listening.put(id, answer);
        try {
            transportFor(address).listen(id, address);
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(SetupFailure.Reason.CANCELED, "interrupted");
        } catch (TimeoutException e) {
            throw failure(SetupFailure.Reason.TIMEOUT, address + ": no answer in " + limit);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectFailure failed) {
                var why = failed.failure();
                throw failure(why.reason(), address + ": " + why.detail());
            }
            throw new AssertionError(e);
        } finally {
            listening.remove(id);
        }
    }

    /**
     * Dials; answered by {@link Events#dialed} or {@link Events#dialFailed}.
     *
     * @param turn asked before we prove who we are
     * @throws ConnectFailure if no transport takes such an address
     */
    void dial(DialId id, PeerId peer, NetworkAddress address, RaceTicket turn) {
        transportFor(address).dial(id, peer, address, turn);
    }

    /** Probes; answered by {@link Events#probed}. */
    void probe(DialId id, NetworkAddress address, Duration limit) {
        transportFor(address).probe(id, address, limit);
    }

    /** Gives a dial up, which is still answered. Does nothing if there was no such dial. */
    void cancel(DialId id, NetworkAddress address) {
        var transport = madeFor(address);
        if (transport != null) {
            transport.cancel(id);
        }
    }

    private @Nullable Transport madeFor(NetworkAddress address) {
        for (var provider : providers) {
            if (provider.supports(address)) {
                return made.get(provider.name());
            }
        }
        return null;
    }

    /** The names of those that are offered. */
    List<String> names() {
        return providers.stream().map(TransportProvider::name).toList();
    }

    /** How many connections that others opened are in set-up. */
    int pendingInbound() {
        return made.values().stream().mapToInt(Transport::pendingInbound).sum();
    }

    /** How much memory of messages that were done with lies unused. */
    long spareBytes() {
        return made.values().stream().mapToLong(Transport::spareBytes).sum();
    }

    /** The packets that a transport has sent; none if it was not made. */
    Transport.Packets packets(String name) {
        var transport = made.get(name);
        return transport == null ? Transport.Packets.NONE : transport.packets();
    }

    /** How many sessions are kept for whoever has connected. */
    int rememberedSessions() {
        return made.values().stream().mapToInt(Transport::rememberedSessions).sum();
    }

    /** How many dials took a round trip less than others. */
    long quickDials() {
        return made.values().stream().mapToLong(Transport::quickDials).sum();
    }

    /**
     * Makes the transports with these names that are not there yet.
     *
     * @throws RuntimeException if one cannot be made
     */
    synchronized void open(Predicate<String> names) {
        for (var provider : providers) {
            if (!closed && names.test(provider.name()) && !made.containsKey(provider.name())) {
                made.put(provider.name(), provider.create(settings.apply(this::on)));
            }
        }
    }

    private Transport transportFor(NetworkAddress address) {
        if (closed) {
            throw failure(SetupFailure.Reason.CANCELED, "the node stops");
        }
        for (var provider : providers) {
            var transport = made.get(provider.name());
            if (transport != null && provider.supports(address)) {
                return transport;
            }
        }
        throw failure(
                SetupFailure.Reason.BAD_ADDRESS,
                address
                        + ": no transport for this kind of address (there are: "
                        + String.join(", ", made.keySet())
                        + ")");
    }

    private static ConnectFailure failure(SetupFailure.Reason reason, String detail) {
        return new ConnectFailure(new SetupFailure(reason, detail));
    }

    private void on(TransportEvent event) {
        switch (event) {
            case TransportEvent.Listening(var id, var address) -> {
                var answer = listening.get(id);
                if (answer != null) {
                    answer.complete(address);
                }
            }
            case TransportEvent.ListenFailed(var id, var failure) -> {
                var answer = listening.get(id);
                if (answer != null) {
                    answer.completeExceptionally(new ConnectFailure(failure));
                }
            }
            case TransportEvent.Refused(_, var from, var failure) -> events.refused(from, failure);
            case TransportEvent.Dialed(var id, var link) -> events.dialed(id, link);
            case TransportEvent.DialFailed(var id, var failure) -> events.dialFailed(id, failure);
            case TransportEvent.Probed(var id, var took) -> events.probed(id, took);
            case TransportEvent.Accepted(_, var link) -> events.accepted(link);
        }
    }

    /** Waits for their threads; one that fails to close is reported and keeps none other open. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        made.forEach(
                (name, transport) -> {
                    try {
                        transport.close();
                    } catch (Throwable e) {
                        LOG.log(
                                System.Logger.Level.ERROR,
                                "the transport " + name + " failed to close",
                                e);
                    }
                });
    }
}
