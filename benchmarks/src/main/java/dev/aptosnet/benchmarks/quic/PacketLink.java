package dev.aptosnet.benchmarks.quic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.testkit.relay.Line;
import dev.aptosnet.testkit.relay.LineCounts;
import dev.aptosnet.testkit.relay.LineSettings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A link between two addresses of this machine whose IP packets, of TCP and of UDP alike, are
 * delayed and lost: both ends are the kernel's own.
 *
 * <p>{@link #NEAR} sees the far end at {@link #FAR_SEEN}, and {@link #FAR} the near end at {@link
 * #NEAR_SEEN}. Packets to either of those go into the device; each is given back with both
 * addresses turned into what the receiver sees. One is one more then and the other one less, so
 * that all checksums stay right.
 */
public final class PacketLink implements AutoCloseable {
    /** Where the near end is. */
    public static final String NEAR = "10.197.1.1";

    /** What the far end sees it at. */
    public static final String NEAR_SEEN = "10.197.1.2";

    /** Where the far end is. */
    public static final String FAR = "10.197.2.1";

    /** What the near end sees it at. */
    public static final String FAR_SEEN = "10.197.2.2";

    private static final int SOURCE_LAST = 15;
    private static final int SOURCE_THIRD = 14;
    private static final int TARGET_LAST = 19;
    private static final int PROTOCOL = 9;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final TunDevice device;
    private final Line forth;
    private final Line back;
    private final Thread reader;
    private volatile boolean closed;
    private volatile boolean udpBlocked;
    private final AtomicLong sentForth = new AtomicLong();

    /** The end of what was seen of each of the near end's TCP streams, by both ports. */
    private final Map<Integer, Integer> streamEnds = new HashMap<>();

    /**
     * A link that is up.
     *
     * @param both what each direction is like
     * @param congestion the congestion control of TCP over it, such as {@code cubic}
     * @throws IOException if the system does not allow it
     */
    public PacketLink(LineSettings both, String congestion, long seed) throws IOException {
        device = new TunDevice();
        try {
            // The kernel's own queue must not be the one that drops.
            ip("link set " + device.name() + " up mtu 1500 txqueuelen 10000");
            address(NEAR);
            address(FAR);
            route(FAR_SEEN, NEAR, congestion);
            route(NEAR_SEEN, FAR, congestion);
            forget(FAR_SEEN);
            forget(NEAR_SEEN);
        } catch (IOException e) {
            device.close();
            throw e;
        }
        var random = new SplittableRandom(seed);
        forth = new Line("link-forth", both, random.split());
        back = new Line("link-back", both, random.split());
        reader = Thread.ofPlatform().daemon().name("link-reader").start(this::read);
    }

    /** Which congestion controls the system has. */
    public static List<String> congestionControls() throws IOException {
        var text = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control"));
        return List.of(text.strip().split(" "));
    }

    private void address(String address) throws IOException {
        ip("address add " + address + "/32 dev " + device.name());
    }

    private void route(String to, String from, String congestion) throws IOException {
        ip(
                "route add "
                        + to
                        + "/32 dev "
                        + device.name()
                        + " src "
                        + from
                        + " congctl "
                        + congestion);
    }

    /** What TCP remembers of a link with other settings. */
    private static void forget(String address) throws IOException {
        try {
            ip("tcp_metrics flush " + address);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No such process")) {
                throw e;
            }
            // Nothing is remembered.
        }
    }

    private static void ip(String arguments) throws IOException {
        var process =
                new ProcessBuilder(("ip " + arguments).split(" "))
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("ip " + arguments + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void read() {
        while (!closed) {
            var packet = device.read();
            if (packet.length < 20 || packet[0] >> 4 != 4 || packet[12] != 10) {
                continue; // nothing, or the kernel's IPv6 at large
            }
            var line = packet[SOURCE_THIRD] == 1 ? forth : back;
            if (packet[SOURCE_THIRD] == 1) {
                countNew(packet);
            }
            if (udpBlocked && packet[PROTOCOL] == UDP) {
                continue;
            }
            packet[SOURCE_LAST]++;
            packet[TARGET_LAST]--;
            line.send(packet.length, () -> device.write(packet));
        }
    }

    /** Counts what of a TCP segment was not seen before. */
    private void countNew(byte[] packet) {
        var header = (packet[0] & 15) * 4;
        if (packet[PROTOCOL] != TCP || packet.length < header + 20) {
            return;
        }
        var segment = ByteBuffer.wrap(packet);
        var length = packet.length - header - ((packet[header + 12] >> 4) & 15) * 4;
        var end = segment.getInt(header + 4) + length;
        var before = streamEnds.putIfAbsent(segment.getInt(header), end);
        if (before != null && end - before > 0) {
            sentForth.addAndGet(end - before);
            streamEnds.put(segment.getInt(header), end);
        }
    }

    /** Drops every datagram from now on, or no longer. */
    public void blockUdp(boolean block) {
        udpBlocked = block;
    }

    /** Bytes of TCP that the near end has given to the link, without what it sent again. */
    public long sentForth() {
        return sentForth.get();
    }

    /** From near to far. */
    public LineCounts forth() {
        return forth.counts();
    }

    /** From far to near. */
    public LineCounts back() {
        return back.counts();
    }

    @Override
    public void close() {
        closed = true;
        try {
            reader.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        forth.close();
        back.close();
        device.close();
    }
}
