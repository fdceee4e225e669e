package dev.aptosnet.node.network;

import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.RaceTicket;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Which leg of each race may prove who we are. Owned by the loop; the tickets themselves are taken
 * on transports' threads.
 */
final class RaceTickets {
    private final Map<DialId, AtomicReference<@Nullable DialId>> holders = new HashMap<>();
    private final Map<DialId, AtomicReference<@Nullable DialId>> byLeg = new HashMap<>();

    RaceTicket ticket(DialId race, DialId leg) {
        var holder = holders.computeIfAbsent(race, _ -> new AtomicReference<>());
        byLeg.put(leg, holder);
        return () -> holder.compareAndSet(null, leg) || leg.equals(holder.get());
    }

    /** A leg has failed, so that the other one may prove who we are. */
    void failed(DialId leg) {
        var holder = byLeg.remove(leg);
        if (holder != null) {
            holder.compareAndSet(leg, null);
        }
    }

    /** A leg has its link. */
    void answered(DialId leg) {
        byLeg.remove(leg);
    }

    void ended(DialId race) {
        holders.remove(race);
    }
}
