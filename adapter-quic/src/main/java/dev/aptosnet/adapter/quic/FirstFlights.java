package dev.aptosnet.adapter.quic;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.transport.TransportSettings.Limits;

import org.jspecify.annotations.Nullable;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds what the library keeps for those who have only begun to connect. It makes a place for each
 * first packet that names a new connection, before that is known to be worth anything, and has no
 * limit of its own. So the packets beyond {@code admission.max_pending} and {@code
 * admission.max_pending_per_ip} are lost, as if on the way; whoever means it sends them again.
 *
 * <p>Connections count here until TLS is through; from then on {@code PendingInbound} counts them.
 * Where a port has several servers, this knows whose each packet is: an address stays with the
 * server that it began with, and nothing that can be sent under somebody else's address takes that
 * away from it. Safe for any number of threads.
 *
 * @param <S> a server
 */
final class FirstFlights<S> {
    /** How long somebody counts of whom nothing more is heard. */
    static final Duration FORGOTTEN = Duration.ofSeconds(10);

    /**
     * Connection ids that one address and port may name: its own choice, the listener's answer, and
     * once more both for a second attempt.
     */
    private static final int MAX_NAMES = 4;

    private static final int VERSION_1 = 1;
    private static final int MAX_NAME_BYTES = 20;

    private final int max;
    private final int maxPerAddress;

    /** In the order of their first packets. */
    private final Map<InetSocketAddress, Flight<S>> flights = new LinkedHashMap<>();

    private final Map<InetAddress, Integer> byAddress = new HashMap<>();

    /** Where those are with whom TLS is through. */
    private final Map<InetSocketAddress, Settled<S>> settled = new ConcurrentHashMap<>();

    /** What its first packets named comes late now and then, and begins nothing. */
    private record Settled<S>(S server, List<Bytes> names) {}

    private record Flight<S>(long since, S server, List<Bytes> names) {}

    FirstFlights(Limits limits) {
        this.max = limits.maxPendingInbound();
        this.maxPerAddress = limits.maxPendingPerAddress();
    }

    /**
     * Whose a packet is that was received.
     *
     * @param newest takes those who are new
     * @return null if nobody shall see it
     */
    @Nullable S serverOf(DatagramPacket packet, long nanos, S newest) {
        if (!(packet.getSocketAddress() instanceof InetSocketAddress from)) {
            return newest;
        }
        var data = packet.getData();
        var name = nameInInitial(data, packet.getOffset(), packet.getLength());
        var there = settled.get(from);
        if (name != null) {
            return there != null && isLate(there, name, newest)
                    ? there.server()
                    : begin(from, name, nanos, newest);
        }
        var at = there == null ? null : there.server();
        var hasShortHeader = packet.getLength() > 0 && (data[packet.getOffset()] & 0x80) == 0;
        if (at != null && (hasShortHeader || at.equals(newest))) {
            return at;
        }
        var begun = begunWith(from);
        if (begun != null) {
            return begun;
        }
        return at == null ? newest : at;
    }

    /**
     * Whether a packet most likely belongs to a connection that is through with TLS: it names what
     * one before it named, or comes late and is the first to use the id that the listener chose.
     */
    private synchronized boolean isLate(Settled<S> there, Bytes name, S newest) {
        var names = there.names();
        return names.contains(name)
                || (there.server().equals(newest) && names.size() < MAX_NAMES && names.add(name));
    }

    /** Whether somebody is in the middle of TLS, with whatever server. */
    boolean isBegun(InetSocketAddress from) {
        return begunWith(from) != null;
    }

    private synchronized @Nullable S begunWith(InetSocketAddress from) {
        var flight = flights.get(from);
        return flight == null ? null : flight.server();
    }

    private synchronized @Nullable S begin(
            InetSocketAddress from, Bytes name, long nanos, S newest) {
        forgetBefore(nanos - FORGOTTEN.toNanos());
        var flight = flights.get(from);
        if (flight == null) {
            var address = from.getAddress();
            var others = byAddress.getOrDefault(address, 0);
            if (flights.size() >= max || others >= maxPerAddress) {
                return null;
            }
            flight = new Flight<>(nanos, newest, new ArrayList<>(1));
            flights.put(from, flight);
            byAddress.put(address, others + 1);
        }
        var names = flight.names();
        var admitted = names.contains(name) || (names.size() < MAX_NAMES && names.add(name));
        return admitted ? flight.server() : null;
    }

    private void forgetBefore(long nanos) {
        var oldest = flights.entrySet().iterator();
        while (oldest.hasNext()) {
            var entry = oldest.next();
            if (entry.getValue().since() - nanos > 0) {
                return;
            }
            oldest.remove();
            uncount(entry.getKey());
        }
    }

    /** Somebody is through with TLS, and counted elsewhere. */
    synchronized void landed(InetSocketAddress from, S server) {
        var flight = flights.remove(from);
        settled.put(
                from, new Settled<>(server, flight == null ? new ArrayList<>(1) : flight.names()));
        if (flight != null) {
            uncount(from);
        }
    }

    /** A connection that has landed is gone. */
    void left(InetSocketAddress from, S server) {
        settled.computeIfPresent(from, (_, at) -> at.server().equals(server) ? null : at);
    }

    /** Whether somebody is in the middle of TLS with a server. */
    synchronized boolean isAwaited(S server, long nanos) {
        forgetBefore(nanos - FORGOTTEN.toNanos());
        return flights.values().stream().anyMatch(flight -> flight.server().equals(server));
    }

    private void uncount(InetSocketAddress from) {
        byAddress.computeIfPresent(from.getAddress(), (_, count) -> count == 1 ? null : count - 1);
    }

    /** How many have begun. */
    synchronized int size() {
        return flights.size();
    }

    /**
     * The connection that an Initial packet of version 1 names (RFC 9000, 17.2); null if a datagram
     * does not begin with one. The library keeps nothing for other packets that it does not know.
     */
    private static @Nullable Bytes nameInInitial(byte[] data, int offset, int length) {
        if (length < 7 || (data[offset] & 0xb0) != 0x80) {
            return null;
        }
        var size = data[offset + 5] & 0xff;
        if (ByteBuffer.wrap(data).getInt(offset + 1) != VERSION_1
                || size > MAX_NAME_BYTES
                || 6 + size > length) {
            return null;
        }
        return Bytes.of(Arrays.copyOfRange(data, offset + 6, offset + 6 + size));
    }
}
