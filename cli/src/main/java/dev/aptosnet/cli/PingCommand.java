package dev.aptosnet.cli;

import dev.aptosnet.domain.wire.HealthCheckerMsg;
import dev.aptosnet.ports.client.NetworkClient;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerInfo;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/** {@code aptosnet ping}. */
@CommandLine.Command(
        name = "ping",
        description = {
            "Connects to a peer once and measures each step, then asks its health checker.",
            "Exits 0 if at least one probe was answered, else with the code of the failure."
        })
final class PingCommand extends Command {
    @Mixin private DialOptions dial = new DialOptions();

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How many probes (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "From one probe to the next (default: ${DEFAULT-VALUE}).")
    private Duration interval = Duration.ofSeconds(1);

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "For the connection, and for each probe (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(5);

    private final List<Double> millis = new ArrayList<>();
    private @Nullable NetworkException failure;

    PingCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws InterruptedException {
        if (count < 1 || !timeout.isPositive()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    count < 1
                            ? "-n: " + count + " (expected: >= 1)"
                            : "--timeout: 0 (expected: > 0)");
        }
        try (var node = dial.start(ProtocolId.HEALTH_CHECKER_RPC, ProtocolId.NETBENCH_RPC)) {
            var peer = dial.connect(node, timeout);
            if (!json()) {
                print("connected to " + peer.peer() + " at " + peer.address());
                print(
                        String.format(
                                Locale.ROOT,
                                "connect %.3f ms, noise %.3f ms (%s), handshake %.3f ms",
                                ms(peer.times().connect()),
                                ms(peer.times().noise()),
                                peer.suite().configName(),
                                ms(peer.times().hello())));
            }
            probe(node.client(), peer.peer());
            report(peer);
        }
        if (!millis.isEmpty()) {
            return ExitCode.OK;
        }
        var why = failure;
        if (why != null) {
            throw why;
        }
        return ExitCode.FAILED;
    }

    private void probe(NetworkClient<Bytes> client, PeerId peer) throws InterruptedException {
        var random = new SecureRandom();
        for (var i = 1; i <= count; i++) {
            var nonce = random.nextInt();
            var start = System.nanoTime();
            try {
                var answer =
                        client.sendToPeerRpc(
                                peer,
                                ProtocolId.HEALTH_CHECKER_RPC,
                                new HealthCheckerMsg.Ping(nonce).encode(),
                                timeout);
                var took = Json.millis(System.nanoTime() - start);
                if (!answer.equals(new HealthCheckerMsg.Pong(nonce).encode())) {
                    throw new NetworkException.BadAnswer(
                            peer, ProtocolId.HEALTH_CHECKER_RPC, "not the ping's nonce");
                }
                millis.add(took);
                progress(i, String.format(Locale.ROOT, "rpc %.3f ms", took));
            } catch (NetworkException e) {
                failure = e;
                progress(i, e.getMessage());
                if (!(e instanceof NetworkException.TimedOut)) {
                    return; // the next probe would fare no better
                }
            }
            if (i < count) {
                Thread.sleep(interval);
            }
        }
    }

    private void progress(int probe, @Nullable String what) {
        if (!json()) {
            print("probe " + probe + ": " + what);
        }
    }

    private void report(PeerInfo peer) {
        var sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        var answered = sorted.length;
        var min = answered == 0 ? 0 : sorted[0];
        var max = answered == 0 ? 0 : sorted[answered - 1];
        var avg = millis.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        var p99 = answered == 0 ? 0 : sorted[(int) Math.ceil(0.99 * answered) - 1];
        var loss = (count - answered) / (double) count;
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("ok", answered > 0);
            object.put("peer_id", peer.peer().toString());
            object.put("address", peer.address().toString());
            object.put("transport", peer.transport());
            object.put("suite", peer.suite().configName());
            object.put("connect_ms", ms(peer.times().connect()));
            object.put("noise_ms", ms(peer.times().noise()));
            object.put("handshake_ms", ms(peer.times().hello()));
            object.put("sent", count);
            object.put("received", answered);
            object.put("loss", loss);
            object.put("rpc_ms_min", min);
            object.put("rpc_ms_avg", Math.round(avg * 1000) / 1000.0);
            object.put("rpc_ms_p99", p99);
            object.put("rpc_ms_max", max);
            object.put("rpc_ms", millis);
            if (answered > 0) {
                printJson(object);
            }
            return;
        }
        print(
                String.format(
                        Locale.ROOT,
                        "%d probes, %d answered, %.0f %% lost; rpc min %.3f avg %.3f p99 %.3f ms",
                        count,
                        answered,
                        loss * 100,
                        min,
                        avg,
                        p99));
    }

    private static double ms(Duration duration) {
        return Json.millis(duration.toNanos());
    }
}
