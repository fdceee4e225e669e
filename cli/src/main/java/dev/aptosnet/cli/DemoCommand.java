package dev.aptosnet.cli;

import com.sun.management.UnixOperatingSystemMXBean;

import dev.aptosnet.cli.demo.Demo;
import dev.aptosnet.cli.demo.DemoEvent;
import dev.aptosnet.cli.demo.DemoResult;
import dev.aptosnet.cli.demo.DemoSettings;
import dev.aptosnet.cli.demo.DemoTransport;
import dev.aptosnet.cli.demo.DemoView;
import dev.aptosnet.cli.demo.DemoWatcher;
import dev.aptosnet.ports.model.CipherSuite;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code aptosnet demo}. */
@CommandLine.Command(
        name = "demo",
        description = {
            "Starts nodes of one network on loopback and lets them talk.",
            "Then stops one and starts it again, freezes another, and waits for the mesh to heal.",
            "Exits 0 only if all of them connected, all that was sent arrived unchanged, and both",
            "faults were noticed and healed."
        })
final class DemoCommand extends Command {
    /** Who makes the sockets of this process. */
    private static final String SOCKETS = "aptosnet.tcp.sockets";

    private static final int MANY_NODES = 100;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many nodes, 2 to 256 (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "8",
            description = "How long they send (default: ${DEFAULT-VALUE}).")
    private long seconds;

    @Option(
            names = "--transport",
            paramLabel = "T",
            defaultValue = "tcp",
            description =
                    "tcp, quic, or race for whichever is there first (default: ${DEFAULT-VALUE}).")
    private String transport = "tcp";

    @Option(
            names = "--suite",
            paramLabel = "SUITE",
            defaultValue = "chachapoly",
            description = "chachapoly or aesgcm (default: ${DEFAULT-VALUE}).")
    private CipherSuite suite = CipherSuite.CHACHAPOLY;

    @Option(names = "--no-faults", description = "Stop and freeze nobody.")
    private boolean noFaults;

    DemoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws InterruptedException {
        var settings = settings();
        requireDescriptors(settings.descriptors());
        if (nodes > MANY_NODES && System.getProperty(SOCKETS) == null) {
            // Netty's own need one descriptor more for each node, and at 140 few are left.
            System.setProperty(SOCKETS, "nio");
        }
        var board = new DemoBoard(terminal());
        if (!json()) {
            print(
                    nodes
                            + " nodes on loopback, "
                            + how(settings.transport())
                            + " and Noise ("
                            + suite.configName()
                            + "), "
                            + seconds
                            + " s of votes, transactions and state-sync chunks");
        }
        var result = Demo.run(settings, json() ? new Silence() : board);
        if (json()) {
            printJson(object(result));
        } else {
            board.summarise(result);
        }
        return result.ok() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String how(DemoTransport transport) {
        return switch (transport) {
            case TCP -> "TCP";
            case QUIC -> "QUIC";
            case RACE -> "QUIC raced with TCP,";
        };
    }

    private DemoSettings settings() {
        try {
            return new DemoSettings(
                    nodes,
                    Duration.ofSeconds(Math.clamp(seconds, -1, 1_000_000)),
                    DemoTransport.parse(transport),
                    suite,
                    !noFaults);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
        }
    }

    /** Each end of a link is a socket of this process, which may have only so many. */
    private void requireDescriptors(long needed) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && needed > system.getMaxFileDescriptorCount()) {
            throw new CommandFailure(
                    ExitCode.LIMIT,
                    nodes
                            + " nodes need about "
                            + needed
                            + " file descriptors and this process may open "
                            + system.getMaxFileDescriptorCount()
                            + ": raise the limit (ulimit -n "
                            + needed
                            + ") or take fewer --nodes");
        }
    }

    private static final class Silence implements DemoWatcher {
        @Override
        public void onSecond(DemoView view) {}

        @Override
        public void onEvent(DemoEvent event) {}
    }

    private static Map<String, Object> object(DemoResult result) {
        var object = new LinkedHashMap<String, Object>();
        object.put("nodes", result.nodes());
        object.put("links", result.links());
        object.put("suite", result.suite().configName());
        object.put("transport", result.transport());
        object.put("seconds", Math.round(result.seconds() * 1000) / 1000.0);
        object.put("votes_sent", result.votesSent());
        object.put("votes_received", result.votesReceived());
        object.put("transactions_sent", result.transactionsSent());
        object.put("transactions_received", result.transactionsReceived());
        object.put("chunks_ok", result.chunksOk());
        object.put("chunk_bytes", result.chunkBytes());
        object.put("pings", result.pings());
        object.put("rpc_failed", result.rpcFailed());
        object.put("vote_delay_ms_p50", Json.millis(result.voteDelayP50Nanos()));
        object.put("vote_delay_ms_p99", Json.millis(result.voteDelayP99Nanos()));
        object.put("vote_delay_ms_max", Json.millis(result.voteDelayWorstNanos()));
        object.put("ping_ms_p50", Json.millis(result.roundTripP50Nanos()));
        result.stop()
                .ifPresent(
                        outage -> {
                            object.put("noticed_ms", Json.millis(outage.noticed().toNanos()));
                            object.put("healed_ms", Json.millis(outage.healed().toNanos()));
                        });
        result.freeze()
                .ifPresent(
                        outage -> {
                            object.put(
                                    "freeze_noticed_ms", Json.millis(outage.noticed().toNanos()));
                            object.put("freeze_healed_ms", Json.millis(outage.healed().toNanos()));
                        });
        object.put("problems", result.problems());
        object.put("ok", result.ok());
        return object;
    }
}
