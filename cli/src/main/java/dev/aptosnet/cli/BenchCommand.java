package dev.aptosnet.cli;

import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.MessageLimits;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** {@code aptosnet bench}. */
@CommandLine.Command(
        name = "bench",
        description = {
            "Connects to a peer that serves netbench's echo (aptosnet run --serve-echo) and",
            "measures: calls one by one and many in flight, direct sends, a large message."
        })
final class BenchCommand extends Command {
    /** A tenth of what a peer serves at once by default is left to pings and others. */
    private static final int MAX_IN_FLIGHT = MessageLimits.DEFAULT.maxInboundRpcs() * 9 / 10;

    private static final int MAX_BYTES = MessageLimits.DEFAULT.maxMessageBytes();

    @Mixin private DialOptions dial = new DialOptions();

    @Option(
            names = "--seconds",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "How long each of the four loads lasts (default: ${DEFAULT-VALUE}).")
    private Duration seconds = Duration.ofSeconds(2);

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "128",
            description = "Of a request, and of its answer (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "64",
            description = "Calls without answer at a time (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(
            names = "--send-size",
            paramLabel = "BYTES",
            defaultValue = "256",
            description = "Of a direct send (default: ${DEFAULT-VALUE}).")
    private int sendSize;

    @Option(
            names = "--bulk-size",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description = "Of the large message, there and back (default: ${DEFAULT-VALUE}).")
    private int bulkSize;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "For the connection, and for each answer (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(30);

    BenchCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws InterruptedException {
        require(seconds.isPositive(), "--seconds", seconds.toSeconds(), "> 0");
        require(timeout.isPositive(), "--timeout", timeout.toSeconds(), "> 0");
        require(size >= 0 && size <= MAX_BYTES, "--size", size, "0 to " + MAX_BYTES);
        require(
                sendSize >= 0 && sendSize <= MAX_BYTES,
                "--send-size",
                sendSize,
                "0 to " + MAX_BYTES);
        require(
                bulkSize >= 1 && bulkSize <= MAX_BYTES,
                "--bulk-size",
                bulkSize,
                "1 to " + MAX_BYTES);
        require(
                inFlight >= 1 && inFlight <= MAX_IN_FLIGHT,
                "--in-flight",
                inFlight,
                "1 to " + MAX_IN_FLIGHT);
        try (var node =
                dial.start(
                        ProtocolId.NETBENCH_RPC,
                        ProtocolId.NETBENCH_DIRECT_SEND,
                        ProtocolId.HEALTH_CHECKER_RPC)) {
            var peer = dial.connect(node, timeout);
            var load = new BenchLoad(node.client(), peer.peer(), timeout);
            if (!json()) {
                print("connected to " + peer.peer() + " at " + peer.address());
                print(
                        String.format(
                                Locale.ROOT,
                                "connect %.3f ms, noise %.3f ms (%s), handshake %.3f ms",
                                Json.millis(peer.times().connect().toNanos()),
                                Json.millis(peer.times().noise().toNanos()),
                                peer.suite().configName(),
                                Json.millis(peer.times().hello().toNanos())));
            }
            probe(load);
            measure(load, peer);
            return ExitCode.OK;
        }
    }

    private static void require(boolean holds, String flag, long value, String expected) {
        if (!holds) {
            throw new CommandFailure(
                    ExitCode.USAGE, flag + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** Says what is amiss if the peer does not echo, before any load. */
    private void probe(BenchLoad load) throws InterruptedException {
        try {
            load.probe(size);
        } catch (NetworkException e) {
            throw new CommandFailure(
                    ExitCode.of(e),
                    e.getMessage() + " (does the peer serve netbench's echo: run --serve-echo?)");
        }
    }

    private void measure(BenchLoad load, PeerInfo peer) throws InterruptedException {
        var one = load.calls(size, 1, seconds);
        progress(
                String.format(
                        Locale.ROOT,
                        "RPC %d B, one by one: %,.0f/s, p50 %.3f ms, p99 %.3f ms",
                        size,
                        one.perSecond(),
                        one.millis(0.5),
                        one.millis(0.99)));
        var many = load.calls(size, inFlight, seconds);
        progress(
                String.format(
                        Locale.ROOT,
                        "RPC %d B, %d in flight: %,.0f/s, p50 %.3f ms, p99 %.3f ms",
                        size,
                        inFlight,
                        many.perSecond(),
                        many.millis(0.5),
                        many.millis(0.99)));
        var sends = load.sends(sendSize, seconds);
        progress(
                String.format(
                        Locale.ROOT,
                        "direct send %d B: %,.0f/s, %.1f MB/s",
                        sendSize,
                        sends.perSecond(),
                        megabytes(sends, sendSize)));
        var bulk = load.calls(bulkSize, 1, seconds);
        progress(
                String.format(
                        Locale.ROOT,
                        "%d B there and back: %.1f MB/s each way, p50 %.3f ms",
                        bulkSize,
                        megabytes(bulk, bulkSize),
                        bulk.millis(0.5)));
        if (json()) {
            printJson(object(peer, one, many, sends, bulk));
        }
    }

    private static double megabytes(BenchLoad.Figures figures, int bytes) {
        return figures.perSecond() * bytes / 1e6;
    }

    private void progress(String line) {
        if (!json()) {
            print(line);
        }
    }

    private Map<String, Object> object(
            PeerInfo peer,
            BenchLoad.Figures one,
            BenchLoad.Figures many,
            BenchLoad.Figures sends,
            BenchLoad.Figures bulk) {
        var object = new LinkedHashMap<String, Object>();
        object.put("ok", true);
        object.put("peer_id", peer.peer().toString());
        object.put("address", peer.address().toString());
        object.put("transport", peer.transport());
        object.put("suite", peer.suite().configName());
        object.put("connect_ms", Json.millis(peer.times().connect().toNanos()));
        object.put("noise_ms", Json.millis(peer.times().noise().toNanos()));
        object.put("handshake_ms", Json.millis(peer.times().hello().toNanos()));
        object.put("rpc_bytes", size);
        object.put("rpc_per_s", Math.round(one.perSecond()));
        object.put("rpc_ms_p50", one.millis(0.5));
        object.put("rpc_ms_p99", one.millis(0.99));
        object.put("in_flight", inFlight);
        object.put("in_flight_rpc_per_s", Math.round(many.perSecond()));
        object.put("in_flight_rpc_ms_p50", many.millis(0.5));
        object.put("in_flight_rpc_ms_p99", many.millis(0.99));
        object.put("send_bytes", sendSize);
        object.put("sends_per_s", Math.round(sends.perSecond()));
        object.put("bulk_bytes", bulkSize);
        object.put("bulk_mb_per_s", Math.round(megabytes(bulk, bulkSize) * 10) / 10.0);
        return object;
    }
}
