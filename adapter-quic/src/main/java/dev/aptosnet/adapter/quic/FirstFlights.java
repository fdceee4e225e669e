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

/**
 * Bounds what the library keeps for those who have only begun to connect. It makes a place for each
 * first packet that names a new connection, before that is known to be worth anything, and has no
 * limit of its own. So the packets beyond {@code admission.max_pending} and {@code
 * admission.max_pending_per_ip} are lost, as if on the way; whoever means it sends them again.
 *
 * <p>Connections count here until TLS is through; from then on {@code PendingInbound} counts them.
 * What TLS leaves behind in the library is bounded here too, by {@link TlsSessions}. Safe for any
 * number of threads.
 */
final class FirstFlights {
    private static final System.Logger LOG = System.getLogger(FirstFlights.class.getName());

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
    private final Map<InetSocketAddress, Flight> flights = new LinkedHashMap<>();

    private final Map<InetAddress, Integer> byAddress = new HashMap<>();

    private record Flight(long since, List<Bytes> names) {}

    private final TlsSessions sessions;
    private boolean warned;

    FirstFlights(Limits limits) {
        this(limits, TlsSessions.MAX);
    }

    /**
     * @param maxSessions in place of {@link TlsSessions#MAX}
     */
    FirstFlights(Limits limits, int maxSessions) {
        this.sessions = new TlsSessions(maxSessions);
        this.max = limits.maxPendingInbound();
        this.maxPerAddress = limits.maxPendingPerAddress();
    }

    /** Whether the library may see a packet that was received. */
    boolean admits(DatagramPacket packet, long nanos) {
        var name = nameInInitial(packet.getData(), packet.getOffset(), packet.getLength());
        return name == null
                || !(packet.getSocketAddress() instanceof InetSocketAddress from)
                || admits(from, name, nanos);
    }

    private synchronized boolean admits(InetSocketAddress from, Bytes name, long nanos) {
        forgetBefore(nanos - FORGOTTEN.toNanos());
        var flight = flights.get(from);
        if (flight == null) {
            var address = from.getAddress();
            var others = byAddress.getOrDefault(address, 0);
            if (isClosed(nanos) || flights.size() >= max || others >= maxPerAddress) {
                return false;
            }
            flight = new Flight(nanos, new ArrayList<>(1));
            flights.put(from, flight);
            byAddress.put(address, others + 1);
        }
        if (flight.names().contains(name)) {
            return true;
        }
        return flight.names().size() < MAX_NAMES && flight.names().add(name);
    }

    private boolean isClosed(long nanos) {
        var full = sessions.isFull(nanos);
        if (full && !warned) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "so many have connected over QUIC within a day that nobody new is let in until"
                            + " the first of them are forgotten; links go on, and so does TCP");
        }
        warned = full;
        return full;
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
    synchronized void landed(InetSocketAddress from, long nanos) {
        sessions.add(nanos);
        if (flights.remove(from) != null) {
            uncount(from);
        }
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
