package dev.aptosnet.adapter.quic;

import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.RecordException;
import dev.aptosnet.ports.model.Bytes;

import org.jspecify.annotations.Nullable;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A listener's side of {@link EarlyDial}: judges first messages that come beside the first packets
 * of TLS, and keeps what they led to until the dialer goes on in a stream. Each address and port
 * may ask once while it connects, and {@code admission.max_pending} may be under way; who asks
 * beyond that gets no answer, and takes a round trip more. Nor does who may not connect: he learns
 * of it in the stream, where it is counted too. Safe for any number of threads.
 */
final class EarlyHandshakes {
    private final ListenerHandshake noise;
    private final Bytes certificate;
    private final Supplier<Bytes> hello;
    private final int max;

    /** In the order in which they asked. */
    private final Map<SocketAddress, Early> asked = new LinkedHashMap<>();

    /** What became of a question; nothing yet, or for ever, if that is null. */
    private record Early(long since, ListenerHandshake.@Nullable Accepted accepted) {}

    /**
     * @param certificate the hash of the listener's
     * @param hello gives its handshake message
     * @param max how many may be under way
     */
    EarlyHandshakes(ListenerHandshake noise, Bytes certificate, Supplier<Bytes> hello, int max) {
        this.noise = noise;
        this.certificate = certificate;
        this.hello = hello;
        this.max = max;
    }

    /**
     * Whether somebody's question shall be answered; true once.
     *
     * @param from who has begun to connect
     */
    synchronized boolean mayAsk(SocketAddress from, long nanos) {
        var oldest = asked.values().iterator();
        while (oldest.hasNext()
                && oldest.next().since() - (nanos - FirstFlights.FORGOTTEN.toNanos()) <= 0) {
            oldest.remove();
        }
        return asked.size() < max && asked.putIfAbsent(from, new Early(nanos, null)) == null;
    }

    /**
     * Judges the first message of one who may ask; takes as long as a handshake's arithmetic.
     *
     * @return the datagram to answer with, or null
     */
    @Nullable DatagramPacket answer(byte[] firstMessage, SocketAddress from) {
        try {
            var accepted = noise.accept(firstMessage, certificate);
            var answer = EarlyMessage.answer(accepted, hello.get());
            return answer != null && keep(from, accepted)
                    ? new DatagramPacket(answer, answer.length, from)
                    : null;
        } catch (HandshakeException | RecordException _) {
            return null;
        }
    }

    private synchronized boolean keep(SocketAddress from, ListenerHandshake.Accepted accepted) {
        return asked.computeIfPresent(from, (_, early) -> new Early(early.since(), accepted))
                != null;
    }

    /** What somebody's question led to, once; null if nothing did. */
    synchronized ListenerHandshake.@Nullable Accepted take(@Nullable InetSocketAddress from) {
        var early = from == null ? null : asked.remove(from);
        return early == null ? null : early.accepted();
    }

    /** How many are under way. */
    synchronized int size() {
        return asked.size();
    }
}
