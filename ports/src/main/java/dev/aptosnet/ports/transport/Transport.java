package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;

/**
 * Makes proven connections. Commands return at once, from any thread; outcomes are events with the
 * command's id, given to the sink of {@link TransportSettings} on a thread of the transport, which
 * for {@code Dialed} and {@code Accepted} is the link's owner. The sink must not block.
 *
 * <p>A connection counts against the limits of {@link TransportSettings} from the moment its socket
 * exists, and is closed if its set-up takes longer than the deadline, which no byte extends. Only a
 * link whose peer is proven (Noise IK, then the exchange of handshake messages) is ever exposed.
 */
public interface Transport extends AutoCloseable {
    /**
     * Accepts connections at {@code address}. Answered by exactly one {@code Listening} or {@code
     * ListenFailed} with this id, then any number of {@code Accepted} and {@code Refused}.
     *
     * @param address {@code /ip4|ip6/…/tcp/…} for TCP; port 0 takes a free one
     */
    void listen(ListenId id, NetworkAddress address);

    /**
     * Connects to a peer. Answered by exactly one {@code Dialed} or {@code DialFailed} with this
     * id.
     *
     * @param expected who must be there; the key in {@code address} proves it
     * @param address complete: host, port, key and handshake version
     * @param turn asked on any thread before we prove who we are; a dial that does not get it fails
     *     with {@link RaceTicket#NOT_OURS}, and the listener exposes nothing
     */
    void dial(DialId id, PeerId expected, NetworkAddress address, RaceTicket turn);

    /** Connects to a peer whom no other dial is after. */
    default void dial(DialId id, PeerId expected, NetworkAddress address) {
        dial(id, expected, address, RaceTicket.FREE);
    }

    /**
     * Gives a dial up. It is then answered by {@code DialFailed} with {@code CANCELED}, unless the
     * answer was already on its way. At no moment is a socket left behind.
     */
    void cancel(DialId id);

    /** How many accepted connections are in set-up; 0 where that is not told. Any thread. */
    default int pendingInbound() {
        return 0;
    }

    /** Bytes of memory that {@link Link#giveBack} brought and nothing uses yet. Any thread. */
    default long spareBytes() {
        return 0;
    }

    /**
     * What a transport that sends packets itself has counted since it was made.
     *
     * @param sent packets sent, those that were lost and sent again counted each time
     * @param lost packets taken for lost, some of which may only have been late
     */
    record Packets(long sent, long lost) {
        /** Nothing, or nothing that can be told. */
        public static final Packets NONE = new Packets(0, 0);

        /** Both. */
        public Packets plus(Packets other) {
            return new Packets(sent + other.sent, lost + other.lost);
        }
    }

    /**
     * How many sessions of strangers and peers who have connected are kept for them to come back
     * to, at most; 0 where none are. Any thread.
     */
    default int rememberedSessions() {
        return 0;
    }

    /**
     * How many dials took one round trip, since the listener was proven before; 0 where that makes
     * no difference. Never falls. Any thread.
     */
    default long quickDials() {
        return 0;
    }

    /** The packets so far; none where the system sends them. Never falls. Any thread. */
    default Packets packets() {
        return Packets.NONE;
    }

    /**
     * Measures how long it takes to open a connection to {@code address}, and closes that before a
     * byte is sent: the other end learns nothing of us, and sees what a stranger who changes his
     * mind looks like. Answered by exactly one {@code Probed} with this id.
     *
     * @param limit how long to wait for the connection
     */
    void probe(DialId id, NetworkAddress address, Duration limit);

    /**
     * Stops listening, cancels what is in set-up, closes every link, and returns when all sockets
     * and threads are gone or the close limit of {@link TransportSettings} has passed. Idempotent.
     */
    @Override
    void close();
}
