package dev.aptosnet.testkit;

import static org.assertj.core.api.Assertions.assertThat;

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

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A transport under test, with what it reported. */
public final class TransportNode implements AutoCloseable {
    /** Longer than anything here takes on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestIdentity identity;
    private final Transport transport;
    private final LinkedBlockingQueue<TransportEvent> events = new LinkedBlockingQueue<>();
    private final AtomicLong ids = new AtomicLong();

    /** Starts a transport. */
    public TransportNode(
            TransportProvider provider, TestIdentity identity, SettingsBuilder settings) {
        this.identity = identity;
        this.transport = provider.create(settings.build(events::add));
    }

    /** Who it is. */
    public TestIdentity identity() {
        return identity;
    }

    /** The transport itself. */
    public Transport transport() {
        return transport;
    }

    /** Listens; returns what peers dial. */
    public NetworkAddress listen(NetworkAddress at) {
        var id = new ListenId(ids.getAndIncrement());
        transport.listen(id, at);
        var listening = await(TransportEvent.Listening.class);
        assertThat(listening.id()).isEqualTo(id);
        return listening.address();
    }

    /** Gives the command alone. */
    public DialId dial(PeerId expected, NetworkAddress address) {
        return dial(expected, address, RaceTicket.FREE);
    }

    /** The same for a dial that may have to stand back. */
    public DialId dial(PeerId expected, NetworkAddress address, RaceTicket turn) {
        var id = new DialId(ids.getAndIncrement());
        transport.dial(id, expected, address, turn);
        return id;
    }

    /** Dials and expects success; the link is not started. */
    public Link connect(TransportNode to, NetworkAddress address) {
        var id = dial(to.identity().peer(), address);
        var dialed = await(TransportEvent.Dialed.class);
        assertThat(dialed.id()).isEqualTo(id);
        return dialed.link();
    }

    /** Dials and expects failure. */
    public SetupFailure dialFails(PeerId expected, NetworkAddress address) {
        var id = dial(expected, address);
        var failed = await(TransportEvent.DialFailed.class);
        assertThat(failed.id()).isEqualTo(id);
        return failed.failure();
    }

    /** The next inbound link; not started. */
    public Link accepted() {
        return await(TransportEvent.Accepted.class).link();
    }

    /** Why the next inbound connection was turned away. */
    public SetupFailure refused() {
        return await(TransportEvent.Refused.class).failure();
    }

    /** The next event, which must be of this kind. */
    public <E extends TransportEvent> E await(Class<E> kind) {
        try {
            var event = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(event).as("event").isInstanceOf(kind);
            return kind.cast(event);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next event if there is one already. */
    public @Nullable TransportEvent poll() {
        return events.poll();
    }

    /** The next event of any kind within a time; fails if there is one. */
    public void expectNothing(Duration within) {
        try {
            assertThat(events.poll(within.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
