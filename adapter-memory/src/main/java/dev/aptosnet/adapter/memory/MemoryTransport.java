package dev.aptosnet.adapter.memory;

import dev.aptosnet.noise.DialTimestamps;
import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Memory;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.Transport;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TrustedPeers.TrustedPeer;
import dev.aptosnet.transport.support.GuardedThreads;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Links within this process. One thread owns all links of one transport, whatever {@code
 * runtime_threads} says.
 *
 * <p>The first message of a dial is a real one of Noise and is judged by the listener that TCP has,
 * so that the same peers are refused for the same reasons. What follows is not encrypted, and is
 * not limited by {@code write_timeout_ms}: a peer in this process that stops reading is a bug.
 */
final class MemoryTransport implements Transport {
    private static final System.Logger LOG = System.getLogger(MemoryTransport.class.getName());

    private static final int MAX_HELLO = 65_535;

    private final TransportSettings settings;
    private final KeyPair keys;
    private final SecureRandom random = new SecureRandom();
    private final DialTimestamps timestamps = new DialTimestamps();
    private final ListenerHandshake listenerHandshake;
    private final ScheduledThreadPoolExecutor executor;
    private final Thread owner;

    private final Map<DialId, MemoryDial> dials = new ConcurrentHashMap<>();
    private final Set<MemoryLink> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    MemoryTransport(TransportSettings settings) {
        this.settings = settings;
        this.keys = KeyPair.ofPrivateKey(settings.privateKey());
        this.listenerHandshake =
                new ListenerHandshake(
                        new ListenerPolicy(
                                settings.self(),
                                keys,
                                settings.suites(),
                                settings.authMode(),
                                settings.trusted(),
                                settings.unknownInboundRole()),
                        new ReplayGuard(),
                        () -> KeyPair.generate(random));
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1, work -> GuardedThreads.unstartedDaemon("aptosnet-memory", work));
        this.executor.setRemoveOnCancelPolicy(true);
        this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.owner = firstThread(executor);
    }

    /** The executor's only thread, which lives as long as it does. */
    private static Thread firstThread(ScheduledThreadPoolExecutor executor) {
        try {
            return executor.submit(Thread::currentThread).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("no thread for a memory transport", e);
        }
    }

    @Override
    public void listen(ListenId id, NetworkAddress address) {
        if (!(address.network() instanceof Memory(int wanted)) || !address.isListenable()) {
            listenFailed(id, Reason.BAD_ADDRESS, address + " (expected: /memory/…)");
            return;
        }
        var port = closed ? -1 : MemoryPorts.bind(wanted, new MemoryPorts.Listener(this, id));
        if (port < 0) {
            listenFailed(id, Reason.INPUT_OUTPUT, "cannot listen: port " + wanted + " is taken");
            return;
        }
        var bound = NetworkAddress.of(new Memory(port)).withKey(keys.publicKey());
        var event = new TransportEvent.Listening(id, bound);
        onOwner(() -> emit(event), () -> MemoryPorts.release(this));
    }

    private void listenFailed(ListenId id, Reason reason, String detail) {
        var event = new TransportEvent.ListenFailed(id, new SetupFailure(reason, detail));
        onOwner(() -> emit(event), () -> emit(event));
    }

    @Override
    public void dial(DialId id, PeerId expected, NetworkAddress address, RaceTicket turn) {
        var dial = new MemoryDial(this, id, expected, address, turn);
        if (dials.putIfAbsent(id, dial) != null) {
            throw new IllegalArgumentException("dial id " + id.number() + " is in use");
        }
        onOwner(() -> begin(dial), () -> transportClosed(dial));
        if (closed) {
            transportClosed(dial);
        }
    }

    @Override
    public void probe(DialId id, NetworkAddress address, Duration limit) {
        var since = settings.clock().now();
        var found = address.network() instanceof Memory(int port) && MemoryPorts.find(port) != null;
        onOwner(
                () ->
                        emit(
                                new TransportEvent.Probed(
                                        id, found ? settings.clock().now().since(since) : null)),
                () -> emit(new TransportEvent.Probed(id, null)));
    }

    private static void transportClosed(MemoryDial dial) {
        dial.failed(Reason.CANCELED, "the transport was closed");
    }

    private void begin(MemoryDial dial) {
        if (dial.isAnswered()) {
            return;
        }
        var key = dial.address.key().orElse(null);
        var version = dial.address.handshakeVersion().orElse(-1);
        if (!(dial.address.network() instanceof Memory(int port))
                || key == null
                || version != NetworkAddress.HANDSHAKE_VERSION) {
            dial.failed(
                    Reason.BAD_ADDRESS,
                    dial.address + " (expected: /memory/…/noise-ik/…/handshake/0)");
            return;
        }
        if (key.equals(keys.publicKey())) {
            dial.failed(Reason.SELF_DIAL, "the key in the address is our own");
            return;
        }
        // One message proves both here, so that the turn is taken before.
        if (!dial.turn.take()) {
            dial.failed(RaceTicket.NOT_OURS.reason(), RaceTicket.NOT_OURS.detail());
            return;
        }
        var listener = MemoryPorts.find(port);
        if (listener == null) {
            dial.failed(Reason.CONNECT_FAILED, "nobody listens at memory port " + port);
            return;
        }
        dial.deadline(
                schedule(
                        settings.limits().upgradeTimeout(),
                        () ->
                                dial.failed(
                                        Reason.TIMEOUT,
                                        "not finished in time (admission.handshake_timeout_ms)")));
        knock(dial, key, listener);
    }

    /** What a dialer shows of itself before anything is agreed. */
    private record Knock(MemoryDial dial, MemoryTransport from, Bytes firstMessage, Bytes hello) {}

    private void knock(MemoryDial dial, PublicKey key, MemoryPorts.Listener listener) {
        try {
            // Both ends are this build, so there is no suite to find out by trying.
            var suite = settings.suites().getFirst();
            var offered =
                    listener.transport().settings.suites().contains(suite)
                            ? suite
                            : listener.transport().settings.suites().getFirst();
            var message =
                    new DialerHandshake(
                                    offered,
                                    keys,
                                    settings.self(),
                                    key,
                                    timestamps.next(settings.clock().wallMillis()),
                                    KeyPair.generate(random))
                            .firstMessage();
            var knock = new Knock(dial, this, Bytes.wrap(message), settings.hello().get());
            listener.transport()
                    .onOwner(
                            () -> listener.transport().judge(knock, listener.id()),
                            () -> dial.failed(Reason.CONNECT_FAILED, "the listener was closed"));
        } catch (HandshakeException e) {
            dial.failed(e.failure().reason(), e.failure().detail());
        }
    }

    /** The listener's part, on its owner. */
    private void judge(Knock knock, ListenId id) {
        try {
            var accepted = listenerHandshake.accept(knock.firstMessage().toByteArray());
            accepted.commit();
            checkHello(knock.hello());
            var hello = settings.hello().get();
            checkHello(hello);
            if (!knock.dial().answer()) {
                refused(id, new SetupFailure(Reason.TRUNCATED, "the dialer gave up"));
                return;
            }
            var dialerAddress = NetworkAddress.of(new Memory(0)).withKey(accepted.key());
            var in =
                    new MemoryLink(
                            this,
                            info(
                                    accepted.peer(),
                                    accepted.key(),
                                    accepted.role(),
                                    dialerAddress,
                                    Origin.INBOUND,
                                    accepted.suite(),
                                    knock.hello()));
            var out =
                    new MemoryLink(
                            knock.from(),
                            knock.from().dialedInfo(knock.dial(), this, accepted.suite(), hello));
            in.join(out);
            add(in);
            knock.from().add(out);
            knock.dial().succeeded(out);
            emit(new TransportEvent.Accepted(id, in));
        } catch (HandshakeException e) {
            refused(id, e.failure());
            // As over a wire: a listener that refuses says nothing.
            knock.dial()
                    .failed(
                            Reason.TRUNCATED,
                            "closed after message 1: wrong key, unknown peer, or clock");
        } catch (BadHello e) {
            refused(id, new SetupFailure(Reason.BAD_HELLO, String.valueOf(e.getMessage())));
            knock.dial().failed(Reason.BAD_HELLO, String.valueOf(e.getMessage()));
        }
    }

    private static final class BadHello extends Exception {
        private static final long serialVersionUID = 1L;

        BadHello(int size) {
            super(
                    "handshake message of " + size + " bytes (expected: 1 to 65535)",
                    null,
                    false,
                    false);
        }
    }

    private static void checkHello(Bytes hello) throws BadHello {
        if (hello.isEmpty() || hello.size() > MAX_HELLO) {
            throw new BadHello(hello.size());
        }
    }

    private void refused(ListenId id, SetupFailure failure) {
        emit(new TransportEvent.Refused(id, null, failure));
    }

    private LinkInfo dialedInfo(
            MemoryDial dial, MemoryTransport listener, CipherSuite suite, Bytes hello) {
        var role =
                settings.trusted()
                        .find(dial.expected)
                        .map(TrustedPeer::role)
                        .orElse(PeerRole.UNKNOWN);
        return info(
                dial.expected,
                listener.keys.publicKey(),
                role,
                dial.address,
                Origin.OUTBOUND,
                suite,
                hello);
    }

    private LinkInfo info(
            PeerId peer,
            PublicKey key,
            PeerRole role,
            NetworkAddress address,
            Origin origin,
            CipherSuite suite,
            Bytes hello) {
        return new LinkInfo(
                ConnectionId.next(),
                peer,
                key,
                role,
                address,
                origin,
                MemoryTransportProvider.NAME,
                suite,
                settings.limits().maxFrameBytes(),
                false,
                hello,
                new LinkInfo.SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    @Override
    public void cancel(DialId id) {
        var dial = dials.get(id);
        if (dial != null) {
            dial.failed(Reason.CANCELED, "the caller gave the dial up");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        MemoryPorts.release(this);
        dials.values().forEach(MemoryTransport::transportClosed);
        links.forEach(
                link ->
                        link.close(
                                DisconnectReason.REQUESTED_BY_PEER_MANAGER,
                                "the transport was closed"));
        executor.shutdown();
        if (!isOwner()) {
            try {
                var limit = settings.limits().closeTimeout().toNanos();
                if (!executor.awaitTermination(limit, TimeUnit.NANOSECONDS)) {
                    LOG.log(System.Logger.Level.WARNING, "an owner is stuck in a handler");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- for the links

    TransportSettings settings() {
        return settings;
    }

    boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    /** Runs {@code work} on the owner; {@code otherwise} here if there is no owner any more. */
    void onOwner(Runnable work, Runnable otherwise) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException _) {
            otherwise.run();
        }
    }

    /** Runs {@code work} on the owner after a time. */
    Future<?> schedule(Duration delay, Runnable work) {
        return executor.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void add(MemoryLink link) {
        links.add(link);
        if (closed) {
            link.close(DisconnectReason.REQUESTED_BY_PEER_MANAGER, "the transport was closed");
        }
    }

    void remove(MemoryLink link) {
        links.remove(link);
    }

    void forget(DialId id) {
        dials.remove(id);
    }

    void emit(TransportEvent event) {
        try {
            settings.events().accept(event);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "nobody took " + event.getClass().getSimpleName(),
                    e);
        }
    }
}
