package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkAddress.Protocol.Dns;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.RaceTicket;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.transport.support.GuardedThreads;
import dev.aptosnet.transport.support.SocketAddresses;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One dial command: resolve, connect to the first address that answers, prove; all before one
 * deadline, on a virtual thread. Answers exactly once.
 */
final class QuicDial {
    private final QuicTransport transport;
    private final DialId id;
    private final @Nullable PeerId expected;
    private final NetworkAddress address;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Thread thread;
    private final long begun = System.nanoTime();
    private final RaceTicket turn;
    private final Duration limit;

    private volatile String doing = "starting";
    private volatile @Nullable QuicDialAttempt current;

    /**
     * @param expected who must be there; null for a probe, which connects, tells how long that took
     *     and closes
     */
    QuicDial(
            QuicTransport transport,
            DialId id,
            @Nullable PeerId expected,
            NetworkAddress address,
            RaceTicket turn,
            Duration limit) {
        this.transport = transport;
        this.id = id;
        this.expected = expected;
        this.address = address;
        this.turn = turn;
        this.limit = limit;
        this.thread = GuardedThreads.unstarted("aptosnet-quic-dial", this::run);
    }

    void start() {
        thread.start();
        GuardedThreads.start("aptosnet-quic-deadline", this::watch);
    }

    private void watch() {
        try {
            if (!thread.join(limit)) {
                var attempt = current;
                var under = attempt == null ? null : attempt.waitingFor();
                failed(
                        new SetupFailure(
                                Reason.TIMEOUT,
                                "not finished in "
                                        + limit.toMillis()
                                        + " ms (admission.handshake_timeout_ms), waiting for "
                                        + (under == null ? doing : under)));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            var key = address.key().orElse(null);
            if (!address.isDialable() || !address.isQuic() || key == null) {
                throw new Handshake.Failed(
                        Reason.BAD_ADDRESS,
                        address
                                + " (expected:"
                                + " /ip4|ip6|dns|dns4|dns6/…/quic/…/noise-ik/…/handshake/0)");
            }
            var version = address.handshakeVersion().orElse(-1);
            if (version != NetworkAddress.HANDSHAKE_VERSION) {
                throw new Handshake.Failed(
                        Reason.BAD_ADDRESS, "handshake version " + version + " (expected: 0)");
            }
            if (key.equals(transport.keys().publicKey())) {
                throw new Handshake.Failed(Reason.SELF_DIAL, "the key in the address is our own");
            }
            connect(targets(), key);
        } catch (Handshake.Failed e) {
            failed(e.failure());
        } catch (RuntimeException e) {
            failed(new SetupFailure(Reason.INPUT_OUTPUT, "dialing failed: " + e));
        }
    }

    private List<InetSocketAddress> targets() throws Handshake.Failed {
        if (!(address.network() instanceof Dns name)) {
            var literal = SocketAddresses.literal(address);
            return literal == null ? List.of() : List.of(literal);
        }
        doing = "name resolution";
        var found = SocketAddresses.resolve(name, address.port().orElseThrow());
        if (found.isEmpty()) {
            throw new Handshake.Failed(
                    Reason.UNRESOLVED_NAME,
                    "the name in " + address + " has no address of the wanted family");
        }
        return found;
    }

    private void connect(List<InetSocketAddress> targets, PublicKey key) throws Handshake.Failed {
        var why = "no address";
        for (var i = 0; i < targets.size(); i++) {
            var attempt =
                    new QuicDialAttempt(transport, address, key, targets.get(i), expected == null);
            current = attempt;
            if (answered.get()) {
                return;
            }
            // Addresses that answer nothing must leave time for those after them.
            var left = limit.toNanos() - (System.nanoTime() - begun);
            var share = Duration.ofNanos(Math.max(1_000_000, left / (targets.size() - i)));
            try {
                doing = "its turn, behind other dials";
                Duration took;
                try (var _ = DialPace.OF_PROCESS.enter()) {
                    doing = "a connection";
                    took = attempt.connect(share);
                }
                if (expected == null) {
                    probed(took);
                } else {
                    expose(attempt, attempt.prove(expected, turn, begun, took));
                }
                return;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
                attempt.giveUp();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new Handshake.Failed(Reason.CANCELED, "the caller gave the dial up");
            }
        }
        throw new Handshake.Failed(Reason.CONNECT_FAILED, why);
    }

    private void expose(QuicDialAttempt attempt, QuicLink ready) {
        if (answer()) {
            attempt.open(ready, new TransportEvent.Dialed(id, ready));
        } else {
            attempt.giveUp();
        }
    }

    private void probed(Duration took) {
        if (answer()) {
            transport.emit(new TransportEvent.Probed(id, took));
        }
        letGo();
    }

    /** Gives up, unless it is answered. Any thread. */
    void failed(SetupFailure failure) {
        if (answer()) {
            transport.emit(
                    expected == null
                            ? new TransportEvent.Probed(id, null)
                            : new TransportEvent.DialFailed(id, failure));
            letGo();
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        }
    }

    private boolean answer() {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        transport.forget(id);
        return true;
    }

    private void letGo() {
        var attempt = current;
        if (attempt != null) {
            attempt.giveUp();
        }
    }
}
