package dev.aptosnet.transport.support;

import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportSettings.Limits;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts inbound connections in set-up, in total and by address, and how many begin in a second,
 * before any work is done for them (design.md section 7). Safe for any number of threads.
 */
public final class PendingInbound {
    private final int max;
    private final int maxPerAddress;
    private final AcceptLimiter limiter;
    private final Clock clock;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int total;

    /** Nobody yet; the keys are those of {@code admission}. */
    public PendingInbound(Limits limits, Clock clock) {
        this.max = limits.maxPendingInbound();
        this.maxPerAddress = limits.maxPendingPerAddress();
        this.limiter = new AcceptLimiter(limits.acceptRate());
        this.clock = clock;
    }

    /** One connection's place. */
    public final class Place {
        private @Nullable InetAddress address;
        private boolean left;

        private Place() {}

        /**
         * Counts the place for an address, once.
         *
         * @return why that is not allowed, or null
         */
        public @Nullable SetupFailure countFor(InetAddress observed) {
            var from = host(observed);
            synchronized (PendingInbound.this) {
                if (left || address != null) {
                    return null;
                }
                var count = byAddress.getOrDefault(from, 0);
                if (count >= maxPerAddress) {
                    return new SetupFailure(
                            Reason.TOO_MANY_PENDING_FROM_ADDRESS,
                            count
                                    + " connections from this address are in set-up"
                                    + " (admission.max_pending_per_ip)");
                }
                var tooFast = limiter.take(clock.now(), from.isLoopbackAddress() ? null : from);
                if (tooFast != null) {
                    return tooFast;
                }
                byAddress.put(from, count + 1);
                address = from;
                return null;
            }
        }

        /** Gives the place back. Idempotent. */
        public void leave() {
            synchronized (PendingInbound.this) {
                if (left) {
                    return;
                }
                left = true;
                total--;
                if (address != null) {
                    byAddress.computeIfPresent(
                            address, (_, count) -> count == 1 ? null : count - 1);
                }
            }
        }
    }

    /** What one host has: an IPv4 address, or the 64 leading bits of an IPv6 one. */
    private static InetAddress host(InetAddress address) {
        var bytes = address.getAddress();
        if (bytes.length == 4 || address.isLoopbackAddress()) {
            return address;
        }
        Arrays.fill(bytes, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // Only for another number of bytes.
        }
    }

    /** A place, or null if {@code admission.max_pending} are taken. */
    public synchronized @Nullable Place enter() {
        if (total >= max) {
            return null;
        }
        total++;
        return new Place();
    }

    /** Why {@link #enter} answered null. */
    public SetupFailure full() {
        return new SetupFailure(
                Reason.TOO_MANY_PENDING,
                max + " connections are in set-up (admission.max_pending)");
    }

    /** How many places are taken. */
    public synchronized int total() {
        return total;
    }
}
