package dev.aptosnet.testkit.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A link between sockets of this machine: any number of UDP and TCP addresses that all share its
 * two directions, their rate and their queues. The same seed makes the same dice; what they fall on
 * depends on when packets come. From any thread.
 *
 * <p>TCP keeps order and loses nothing, whatever the settings say of loss, reordering and
 * duplication.
 */
public final class Relay implements AutoCloseable {
    static final System.Logger LOG = System.getLogger(Relay.class.getName());

    private final Line forth;
    private final Line back;
    private final LineSettings forthSettings;
    private final LineSettings backSettings;
    private final CopyOnWriteArrayList<UdpRelay> udp = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<TcpRelay> tcp = new CopyOnWriteArrayList<>();
    private volatile boolean udpBlocked;

    /**
     * A link without addresses so far.
     *
     * @param forth from those that send to the relay to its targets
     * @param back the other way
     */
    public Relay(LineSettings forth, LineSettings back, long seed) {
        var random = new SplittableRandom(seed);
        this.forthSettings = forth;
        this.backSettings = back;
        this.forth = new Line("relay-forth", forth, random.split());
        this.back = new Line("relay-back", back, random.split());
    }

    /**
     * Takes datagrams for {@code target} at {@code at}, whose port may be 0.
     *
     * @return where it takes them
     * @throws IOException if that address cannot be had
     */
    public InetSocketAddress udp(InetSocketAddress at, InetSocketAddress target)
            throws IOException {
        var made = new UdpRelay(at, target, forth, back, () -> udpBlocked);
        udp.add(made);
        return made.address();
    }

    /**
     * Takes connections for {@code target} at {@code at}, whose port may be 0.
     *
     * @return where it takes them
     * @throws IOException if that address cannot be had
     */
    public InetSocketAddress tcp(InetSocketAddress at, InetSocketAddress target)
            throws IOException {
        var roundTrip = forthSettings.delay().plus(backSettings.delay());
        var made = new TcpRelay(at, target, forth, back, roundTrip);
        tcp.add(made);
        return made.address();
    }

    /** Drops every datagram from now on, or no longer. TCP goes on. */
    public void blockUdp(boolean block) {
        udpBlocked = block;
    }

    /** Holds everything back, or lets it go on; nothing is lost by it that fits the queue. */
    public void pause(boolean pause) {
        forth.pause(pause);
        back.pause(pause);
    }

    /** What became of packets towards the targets. */
    public LineCounts forth() {
        return forth.counts();
    }

    /** What became of packets from the targets. */
    public LineCounts back() {
        return back.counts();
    }

    /** Closes all sockets; what is under way is gone. */
    @Override
    public void close() {
        udp.forEach(UdpRelay::close);
        tcp.forEach(TcpRelay::close);
        forth.close();
        back.close();
    }
}
