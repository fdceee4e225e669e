package dev.aptosnet.domain.health;

import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.model.MessageClass;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * The circuit breakers of one peer, one for each protocol of which a call has failed, up to {@link
 * PeerStatistics#MAX_CALLED}; the calls of further protocols are all made. Single owner; not
 * thread-safe.
 */
public final class PeerBreakers {
    private final BreakerSettings settings;
    private final OpenBreakerLimit openPeers;
    private final BooleanSupplier mayOpen = this::mayOpen;

    /** Filled from the front; empty until a call fails, which is the usual case. */
    private @Nullable Breaker[] breakers = {};

    /** How many are not closed; the peer counts as open while there are any. */
    private int notClosed;

    private int withheld;
    private boolean ended;

    private record Breaker(ProtocolId protocol, CircuitBreaker machine) {}

    /** How a call ended, as far as it tells something of the peer. */
    public enum Ending {
        /** It was answered, whatever the answer says. */
        ANSWERED,
        /** It was refused by the peer or not answered in time. */
        FAILED,
        /** Its caller or this node gave it up, or the connection ended. */
        SAID_NOTHING
    }

    /**
     * All closed.
     *
     * @param openPeers shared by all peers
     */
    public PeerBreakers(BreakerSettings settings, OpenBreakerLimit openPeers) {
        this.settings = settings;
        this.openPeers = openPeers;
    }

    /**
     * A call is about to be made.
     *
     * @return a number that {@link #onEnd} wants; {@link CircuitBreaker#DENIED} if it must not be
     *     made
     */
    public int admit(MonoTime now, ProtocolId protocol) {
        var breaker = find(protocol);
        if (breaker == null) {
            return CircuitBreaker.FIRST;
        }
        return breaker.admit(now);
    }

    /**
     * A call that was admitted has ended.
     *
     * @param number the one that {@link #admit} gave
     * @return the breaker's new state, if it is another one; that a breaker is half-open shows only
     *     in {@link #state}
     */
    public @Nullable BreakerState onEnd(
            MonoTime now, ProtocolId protocol, int number, Ending ending) {
        var breaker = ending == Ending.FAILED ? findOrMake(protocol) : find(protocol);
        if (breaker == null || ended) {
            return null;
        }
        var before = breaker.state();
        var changed =
                switch (ending) {
                    case ANSWERED -> breaker.succeeded(now, number);
                    case FAILED -> breaker.failed(now, number, mayOpen);
                    case SAID_NOTHING -> {
                        breaker.saidNothing(number);
                        yield null;
                    }
                };
        if (changed == BreakerState.CLOSED) {
            if (--notClosed == 0) {
                openPeers.remove();
            }
        } else if (changed == BreakerState.OPEN && before == BreakerState.CLOSED) {
            notClosed++;
        }
        return changed;
    }

    /** Whether calls of a protocol are made. */
    public BreakerState state(ProtocolId protocol) {
        var breaker = find(protocol);
        return breaker == null ? BreakerState.CLOSED : breaker.state();
    }

    /** Those that are not closed. */
    public Map<ProtocolId, BreakerState> states() {
        var all = new TreeMap<ProtocolId, BreakerState>();
        for (var breaker : breakers) {
            if (breaker != null && breaker.machine.state() != BreakerState.CLOSED) {
                all.put(breaker.protocol, breaker.machine.state());
            }
        }
        return Collections.unmodifiableMap(all);
    }

    /** How often a breaker stayed closed only because too many peers' are open. */
    public int withheld() {
        return withheld;
    }

    /** The connection is gone: the peer counts no more, and nothing changes from now on. */
    public void onClosed() {
        if (!ended && notClosed > 0) {
            openPeers.remove();
        }
        ended = true;
    }

    private boolean mayOpen() {
        if (notClosed > 0 || openPeers.tryAdd()) {
            return true;
        }
        withheld++;
        return false;
    }

    private @Nullable CircuitBreaker find(ProtocolId protocol) {
        for (var breaker : breakers) {
            if (breaker == null) {
                return null;
            }
            if (breaker.protocol.number() == protocol.number()) {
                return breaker.machine;
            }
        }
        return null;
    }

    private @Nullable CircuitBreaker findOrMake(ProtocolId protocol) {
        var known = find(protocol);
        if (known != null || !mayBreak(protocol)) {
            return known;
        }
        if (breakers.length == 0) {
            breakers = new Breaker[PeerStatistics.MAX_CALLED];
        }
        for (var i = 0; i < breakers.length; i++) {
            if (breakers[i] == null) {
                var made = new CircuitBreaker(settings);
                breakers[i] = new Breaker(protocol, made);
                return made;
            }
        }
        return null;
    }

    /** Pings tell whether a peer is there, so that they are sent whatever became of the last. */
    private boolean mayBreak(ProtocolId protocol) {
        return settings.enabled()
                && !protocol.equals(ProtocolId.HEALTH_CHECKER_RPC)
                && (settings.critical() || protocol.messageClass() != MessageClass.CRITICAL);
    }
}
