package dev.aptosnet.benchmarks.quic;

import dev.aptosnet.benchmarks.mesh.Flags;
import dev.aptosnet.testkit.relay.LineSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs TCP with Noise and QUIC side by side, in one process: over loopback as it is, and over a
 * {@link PacketLink} with delay, rate and loss. Prints a table; {@code --json FILE} writes the
 * figures too. Links need Linux, {@code /dev/net/tun}, the program {@code ip} and the right to
 * configure the network, such as root's; where that is missing, the rows that need it are left out
 * with a line that says so.
 */
public final class QuicBesideTcp {
    private static final List<String> WORKS =
            List.of("clean", "first-byte", "blocked", "lossy", "r15", "r22", "i01", "leaks");

    private QuicBesideTcp() {}

    /**
     * Arguments: {@code --work} names from the list, with commas; {@code --seconds} for each
     * figure; {@code --connects}; {@code --seed}; {@code --json} a file.
     */
    public static void main(String[] args) throws Exception {
        var flags = new Flags(args, List.of("work", "seconds", "connects", "seed", "json"));
        var works = List.of(flags.text("work", String.join(",", WORKS)).split(","));
        if (!WORKS.containsAll(works)) {
            throw new IllegalArgumentException(
                    "--work: " + works + " (expected: of " + WORKS + ")");
        }
        var during = Duration.ofSeconds(flags.number("seconds", 10, 1, 600));
        var connects = flags.number("connects", 2000, 2, 1_000_000);
        long seed =
                flags.number("seed", new SecureRandom().nextInt(1_000_000), 0, Integer.MAX_VALUE);
        System.err.println("seed " + seed);
        var report = new Report<>(Contestant.class, Contestant::title, "QUIC/TCP");
        if (works.contains("clean")) {
            new CleanWork(report, during.dividedBy(4)).run();
        }
        overLinks(works, report, during, seed);
        if (works.contains("leaks")) {
            new SetupWork(report, seed).leaks(connects);
        }
        System.out.print(report.table());
        System.out.println("seed " + seed + "; " + during.toSeconds() + " s for each figure");
        var file = flags.text("json", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), report.json(seed));
        }
    }

    private static void overLinks(
            List<String> works, Report<Contestant> report, Duration during, long seed)
            throws Exception {
        try {
            new PacketLink(LineSettings.PERFECT, "cubic", seed).close();
        } catch (IOException e) {
            report.note("links", "left out: " + e.getMessage());
            return;
        }
        var everybody = new ArrayList<>(List.of(Contestant.values()));
        if (!PacketLink.congestionControls().contains(Contestant.TCP_BBR.congestion())) {
            everybody.remove(Contestant.TCP_BBR);
        }
        var both = List.of(Contestant.TCP, Contestant.QUIC);
        var link = new LinkWork(report, seed, during);
        for (var work : works) {
            switch (work) {
                case "first-byte" -> new SetupWork(report, seed).roundTrips();
                case "blocked" -> new BlockedWork(report, seed).run();
                case "lossy" -> link.lossy(everybody);
                case "r15" -> link.headOfLine(both);
                case "r22" -> link.starvation(both);
                case "i01" -> link.priority(everybody);
                default -> {
                    // Needs no link.
                }
            }
        }
    }
}
