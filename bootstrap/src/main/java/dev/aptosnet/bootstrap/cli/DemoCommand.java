package dev.aptosnet.bootstrap.cli;

import dev.aptosnet.bootstrap.demo.Demo;
import dev.aptosnet.bootstrap.demo.DemoResult;
import dev.aptosnet.bootstrap.demo.DemoSettings;
import dev.aptosnet.ports.model.CipherSuite;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code aptosnet demo}. */
@CommandLine.Command(
        name = "demo",
        description = {
            "Starts nodes of one network on loopback and lets them talk.",
            "Exits 0 only if all of them connected and all that was sent arrived unchanged."
        })
final class DemoCommand extends Command {
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
            names = "--suite",
            paramLabel = "SUITE",
            defaultValue = "chachapoly",
            description = "chachapoly or aesgcm (default: ${DEFAULT-VALUE}).")
    private CipherSuite suite = CipherSuite.CHACHAPOLY;

    DemoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws InterruptedException {
        var settings = settings();
        var board = new DemoBoard(terminal());
        if (!json()) {
            print(
                    nodes
                            + " nodes on loopback, TCP and Noise ("
                            + suite.configName()
                            + "), "
                            + seconds
                            + " s of votes, transactions and state-sync chunks");
        }
        var result = Demo.run(settings, json() ? _ -> {} : board::show);
        if (json()) {
            printJson(object(result));
        } else {
            board.summarise(result);
        }
        return result.ok() ? ExitCode.OK : ExitCode.FAILED;
    }

    private DemoSettings settings() {
        try {
            return new DemoSettings(
                    nodes, Duration.ofSeconds(Math.clamp(seconds, -1, 1_000_000)), suite);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--" + e.getMessage());
        }
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
        object.put("problems", result.problems());
        object.put("ok", result.ok());
        return object;
    }
}
