package dev.aptosnet.cli;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.ProtocolId;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;

/** {@code aptosnet call}. */
@CommandLine.Command(
        name = "call",
        description = "Asks a peer one question and writes the answer's bytes to standard output.")
final class CallCommand extends Command {
    @Mixin private DialOptions dial = new DialOptions();

    @Parameters(
            index = "1",
            paramLabel = "PROTOCOL",
            description = "A number, or a name such as NetbenchRpc.")
    private ProtocolId protocol = ProtocolId.NETBENCH_RPC;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            defaultValue = "",
            description = "The request: TEXT, @FILE or hex:DIGITS (default: nothing).")
    private String data = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "For the connection, and for the answer (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(10);

    CallCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws InterruptedException, IOException {
        if (!timeout.isPositive()) {
            throw new CommandFailure(ExitCode.USAGE, "--timeout: 0 (expected: > 0)");
        }
        var request = request();
        try (var node = dial.start(protocol, ProtocolId.HEALTH_CHECKER_RPC)) {
            var peer = dial.connect(node, timeout);
            var start = System.nanoTime();
            var answer = node.client().sendToPeerRpc(peer.peer(), protocol, request, timeout);
            var took = System.nanoTime() - start;
            if (!json()) {
                terminal().out().flush();
                for (var i = 0; i < answer.segments(); i++) {
                    terminal()
                            .raw()
                            .write(
                                    answer.segmentArray(i),
                                    answer.segmentOffset(i),
                                    answer.segmentLength(i));
                }
                terminal().raw().flush();
                return ExitCode.OK;
            }
            var object = new LinkedHashMap<String, Object>();
            object.put("ok", true);
            object.put("peer_id", peer.peer().toString());
            object.put("protocol", protocol.number());
            object.put("suite", peer.suite().configName());
            object.put("connect_ms", Json.millis(peer.times().connect().toNanos()));
            object.put("noise_ms", Json.millis(peer.times().noise().toNanos()));
            object.put("handshake_ms", Json.millis(peer.times().hello().toNanos()));
            object.put("rpc_ms", Json.millis(took));
            object.put("bytes", answer.size());
            object.put("hex", answer.toHex());
            printJson(object);
            return ExitCode.OK;
        }
    }

    private Bytes request() throws IOException {
        if (data.startsWith("@")) {
            return Bytes.wrap(Files.readAllBytes(Path.of(data.substring(1))));
        }
        if (data.startsWith("hex:")) {
            try {
                return Bytes.hex(data.substring(4));
            } catch (IllegalArgumentException _) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--data: " + data + " (expected: hex: and pairs of digits)");
            }
        }
        return Bytes.utf8(data);
    }
}
