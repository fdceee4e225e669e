package dev.aptosnet.cli;

import dev.aptosnet.testkit.relay.LineCounts;
import dev.aptosnet.testkit.relay.LineSettings;
import dev.aptosnet.testkit.relay.Relay;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code aptosnet link}. */
@CommandLine.Command(
        name = "link",
        description = {
            "Puts a long, slow or bad link between two programs, until it is told to stop"
                    + " (SIGTERM,",
            "SIGINT): what is sent to the first address of --udp and --tcp arrives at the second"
                    + " as",
            "if it had come over that link. Counters go to standard error every second.",
            "",
            "Loss, reordering and duplication are for UDP. A TCP connection is continued by"
                    + " another",
            "one, so it can only be slow; its first byte waits one round trip for the set-up.",
            "What is said for one direction is also said for the other, unless a --back flag says",
            "otherwise."
        })
final class LinkCommand extends Command {
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9a-fA-F:.]+\\]|[0-9.]+|localhost):(\\d{1,5})");

    @Option(
            names = "--udp",
            paramLabel = "FROM=TO",
            description = "Datagrams, such as 127.0.0.1:7101=127.0.0.1:7001; may be repeated.")
    private List<String> udp = List.of();

    @Option(
            names = "--tcp",
            paramLabel = "FROM=TO",
            description = "Connections, in the same way; may be repeated.")
    private List<String> tcp = List.of();

    @Option(
            names = "--delay-ms",
            paramLabel = "MS",
            defaultValue = "0",
            description = "Travelling time one way (default: ${DEFAULT-VALUE}).")
    private int delayMillis;

    @Option(
            names = "--jitter-ms",
            paramLabel = "MS",
            defaultValue = "0",
            description = "At most so much more or less than that (default: ${DEFAULT-VALUE}).")
    private int jitterMillis;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Datagrams that never arrive (default: ${DEFAULT-VALUE}).")
    private double loss;

    @Option(
            names = "--reorder",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Datagrams that others overtake (default: ${DEFAULT-VALUE}).")
    private double reorder;

    @Option(
            names = "--duplicate",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Datagrams that arrive twice (default: ${DEFAULT-VALUE}).")
    private double duplicate;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "Bytes a second, such as 5MB, 512KiB or 10Mbit (default: no limit).")
    private @Nullable String rate;

    @Option(
            names = "--queue-kib",
            paramLabel = "KIB",
            defaultValue = "256",
            description = "How much may wait for that rate (default: ${DEFAULT-VALUE}).")
    private int queueKib;

    @Option(
            names = "--back-delay-ms",
            paramLabel = "MS",
            description = "--delay-ms from TO to FROM.")
    private @Nullable Integer backDelayMillis;

    @Option(names = "--back-loss", paramLabel = "PERCENT", description = "--loss from TO to FROM.")
    private @Nullable Double backLoss;

    @Option(names = "--back-rate", paramLabel = "RATE", description = "--rate from TO to FROM.")
    private @Nullable String backRate;

    @Option(names = "--block-udp", description = "Let no datagram through.")
    private boolean blockUdp;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Repeats a run's dice (default: any; it is printed).")
    private @Nullable Long seed;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "End after so long (default: run until stopped).")
    private @Nullable Integer seconds;

    LinkCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws IOException {
        if (udp.isEmpty() && tcp.isEmpty()) {
            throw usage("no --udp and no --tcp (expected: at least one FROM=TO)");
        }
        var limit = seconds;
        if (limit != null && limit < 1) {
            throw usage("--seconds: " + limit + " (expected: >= 1)");
        }
        var forth = settings(delayMillis, loss, bytesPerSecond("--rate", rate));
        var back =
                settings(
                        backDelayMillis == null ? delayMillis : backDelayMillis,
                        backLoss == null ? loss : backLoss,
                        backRate == null
                                ? forth.bytesPerSecond()
                                : bytesPerSecond("--back-rate", backRate));
        var udpPairs = udp.stream().map(text -> Pair.parse("--udp", text)).toList();
        var tcpPairs = tcp.stream().map(text -> Pair.parse("--tcp", text)).toList();
        var dice = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        if (!tcpPairs.isEmpty() && (loss > 0 || reorder > 0 || duplicate > 0)) {
            note("link: loss, reordering and duplication are for UDP; TCP is only delayed");
        }
        var signal = new StopSignal();
        var relay = new Relay(forth, back, dice);
        try (signal;
                relay) {
            relay.blockUdp(blockUdp);
            for (var pair : udpPairs) {
                announce("udp", relay.udp(pair.from(), pair.to()), pair.to());
            }
            for (var pair : tcpPairs) {
                announce("tcp", relay.tcp(pair.from(), pair.to()), pair.to());
            }
            note("link: seed " + dice);
            terminal().out().flush();
            for (var second = 1; !signal.await(Duration.ofSeconds(1)); second++) {
                note(line("forth", relay.forth()) + "; " + line("back", relay.back()));
                if (limit != null && second >= limit) {
                    break;
                }
            }
        }
        // Closed, it has counted whatever it delivered.
        report(dice, relay.forth(), relay.back());
        terminal().out().flush();
        terminal().err().flush();
        signal.stopped();
        return ExitCode.OK;
    }

    private LineSettings settings(int delay, double lossPercent, long bytesPerSecond) {
        try {
            return LineSettings.PERFECT
                    .delayed(Duration.ofMillis(delay), Duration.ofMillis(jitterMillis))
                    .losing(lossPercent / 100)
                    .limitedTo(bytesPerSecond, Math.multiplyExact(queueKib, 1024))
                    .disordered(reorder / 100, duplicate / 100);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        } catch (ArithmeticException _) {
            throw usage("--queue-kib: " + queueKib + " (expected: less than 2097152)");
        }
    }

    private static long bytesPerSecond(String flag, @Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            var parsed = Rates.parse(text);
            if (parsed > 0) {
                return parsed;
            }
            throw usage(flag + ": " + text + " (expected: > 0)");
        } catch (IllegalArgumentException e) {
            throw usage(flag + ": " + e.getMessage());
        }
    }

    private static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message + "; see aptosnet link --help");
    }

    private void announce(String kind, InetSocketAddress from, InetSocketAddress to) {
        var line = kind + " " + text(from) + " to " + text(to);
        if (json()) {
            note(line);
        } else {
            print(line);
        }
    }

    private static String text(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static String line(String name, LineCounts counts) {
        return String.format(
                Locale.ROOT,
                "%s: %d packets, %.1f kB, %d lost, %d dropped, %d blocked, %d late, %d doubled,"
                        + " %d waited %.1f ms each",
                name,
                counts.packets(),
                counts.bytes() / 1e3,
                counts.lost(),
                counts.overflowed(),
                counts.blocked(),
                counts.late(),
                counts.doubled(),
                counts.waited(),
                meanWait(counts));
    }

    private static double meanWait(LineCounts counts) {
        return counts.waited() == 0
                ? 0
                : Json.millis((double) counts.waitedNanos() / counts.waited());
    }

    private void report(long dice, LineCounts forth, LineCounts back) {
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("ok", true);
            object.put("seed", dice);
            object.put("forth", fields(forth));
            object.put("back", fields(back));
            printJson(object);
        } else {
            print(line("forth", forth));
            print(line("back", back));
        }
    }

    private static Map<String, Object> fields(LineCounts counts) {
        var object = new LinkedHashMap<String, Object>();
        object.put("packets", counts.packets());
        object.put("bytes", counts.bytes());
        object.put("lost", counts.lost());
        object.put("dropped_queue_full", counts.overflowed());
        object.put("blocked", counts.blocked());
        object.put("late", counts.late());
        object.put("doubled", counts.doubled());
        object.put("undelivered", counts.undelivered());
        object.put("waited", counts.waited());
        object.put("wait_ms_mean", meanWait(counts));
        return object;
    }

    /** Where to take packets, and where they go. */
    private record Pair(InetSocketAddress from, InetSocketAddress to) {
        static Pair parse(String flag, String text) {
            var equals = text.indexOf('=');
            if (equals < 0) {
                throw usage(
                        flag + ": " + text + " (expected: FROM=TO, each an IP address and port)");
            }
            return new Pair(
                    address(flag, text.substring(0, equals), 0),
                    address(flag, text.substring(equals + 1), 1));
        }

        private static InetSocketAddress address(String flag, String text, int leastPort) {
            var match = HOST_AND_PORT.matcher(text);
            try {
                if (match.matches()) {
                    var port = Integer.parseInt(match.group(2));
                    if (port >= leastPort && port <= 65_535) {
                        var host = match.group(1);
                        return new InetSocketAddress(
                                host.equals("localhost")
                                        ? InetAddress.getLoopbackAddress()
                                        : InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")),
                                port);
                    }
                }
            } catch (IllegalArgumentException _) {
                // Said below.
            }
            throw usage(flag + ": " + text + " (expected: an IP address and port, 127.0.0.1:7001)");
        }
    }
}
