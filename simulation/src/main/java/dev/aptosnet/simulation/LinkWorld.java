package dev.aptosnet.simulation;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.LinkInfo;
import dev.aptosnet.ports.transport.TransportSettings;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * "Link(b, d, p)" of improvements.md: machines at one distance, each with an uplink of its own, and
 * proven links between them without a set-up. The transports have their default limits; nothing is
 * lost.
 */
final class LinkWorld {
    static final int MAX_FRAME_BYTES = TransportSettings.Limits.DEFAULT.maxFrameBytes();

    private final World world;
    private final VirtualNetwork network;
    private final SplittableRandom random;
    private final long bytesPerSecond;
    private long made;

    LinkWorld(long seed, long bytesPerSecond, Duration oneWay) {
        var usual = Conditions.DEFAULT;
        var conditions =
                new Conditions(
                        0,
                        bytesPerSecond,
                        0,
                        usual.maxUnsentBytes(),
                        usual.windowBytes(),
                        usual.receiveBytes(),
                        usual.writeTimeout(),
                        usual.setupTimeout());
        this.world = new World(seed);
        this.network = new VirtualNetwork(world, conditions, new EventCounts());
        this.random = world.newRandom();
        this.bytesPerSecond = bytesPerSecond;
        network.flatten(oneWay);
    }

    /** The two ends of a link. */
    record Ends(VirtualLink near, VirtualLink far) {}

    /** One more machine. */
    Host host() {
        var index = network.hosts().size();
        var key = PublicKey.of(bytes(PublicKey.LENGTH).toByteArray());
        byte[] ip = {10, 0, 0, (byte) index};
        var host =
                new Host(
                        world,
                        index,
                        Region.values()[0],
                        key,
                        NetworkAddress.ofTcp(ip, 6180).withKey(key),
                        bytesPerSecond);
        network.add(host);
        host.started();
        return host;
    }

    /** A link between two machines; nobody has started it. */
    Ends link(Host near, Host far) {
        var wire = network.newWire();
        var ends =
                new Ends(
                        end(near, far, Origin.OUTBOUND, wire),
                        end(far, near, Origin.INBOUND, wire));
        VirtualLink.join(ends.near, ends.far);
        return ends;
    }

    /** A link between two new machines. */
    Ends link() {
        return link(host(), host());
    }

    private VirtualLink end(Host at, Host peer, Origin origin, long wire) {
        var info =
                new LinkInfo(
                        new ConnectionId(made++),
                        peer.peer(),
                        peer.key(),
                        PeerRole.VALIDATOR,
                        peer.address(),
                        origin,
                        "virtual",
                        CipherSuite.AESGCM,
                        MAX_FRAME_BYTES,
                        false,
                        Bytes.EMPTY,
                        new LinkInfo.SetupTimes(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        return new VirtualLink(network, at, info, wire);
    }

    /** Does something again and again, first after one interval. */
    void every(Duration interval, Runnable action) {
        world.in(
                interval.toNanos(),
                EventKind.SCRIPT,
                -1,
                0,
                () -> {
                    action.run();
                    every(interval, action);
                });
    }

    void run(Duration length) {
        world.run(length);
    }

    MonoTime now() {
        return world.now();
    }

    World world() {
        return world;
    }

    /** Content that no other has. */
    Bytes bytes(int size) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}
