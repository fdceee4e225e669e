package dev.aptosnet.benchmarks.quic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.relay.Line;
import dev.aptosnet.relay.LineCounts;
import dev.aptosnet.relay.LineSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A link between two addresses of this machine whose IP packets, of TCP and of UDP alike, are
 * delayed and lost: both ends are the kernel's own.
 *
 * <p>{@link #NEAR} sees the far end at {@link #FAR_SEEN}, and {@link #FAR} the near end at {@link
 * #NEAR_SEEN}. Packets to either of those go into the device; each is given back with both
 * addresses turned into what the receiver sees. One is one more then and the other one less, so
 * that all checksums stay right.
 */
final class PacketLink implements AutoCloseable {
    static final String NEAR = "10.197.1.1";
    static final String NEAR_SEEN = "10.197.1.2";
    static final String FAR = "10.197.2.1";
    static final String FAR_SEEN = "10.197.2.2";

    private static final int SOURCE_LAST = 15;
    private static final int SOURCE_THIRD = 14;
    private static final int TARGET_LAST = 19;
    private static final int PROTOCOL = 9;
    private static final int UDP = 17;

    private final TunDevice device;
    private final Line forth;
    private final Line back;
    private final Thread reader;
    private volatile boolean closed;
    private volatile boolean udpBlocked;

    /**
     * A link that is up.
     *
     * @param both what each direction is like
     * @param congestion the congestion control of TCP over it, such as {@code cubic}
     * @throws IOException if the system does not allow it
     */
    PacketLink(LineSettings both, String congestion, long seed) throws IOException {
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
    static List<String> congestionControls() throws IOException {
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
            if (udpBlocked && packet[PROTOCOL] == UDP) {
                continue;
            }
            packet[SOURCE_LAST]++;
            packet[TARGET_LAST]--;
            line.send(packet.length, () -> device.write(packet));
        }
    }

    /** Drops every datagram from now on, or no longer. */
    void blockUdp(boolean block) {
        udpBlocked = block;
    }

    /** From near to far. */
    LineCounts forth() {
        return forth.counts();
    }

    /** From far to near. */
    LineCounts back() {
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
