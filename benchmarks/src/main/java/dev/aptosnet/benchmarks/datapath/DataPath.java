package dev.aptosnet.benchmarks.datapath;

import dev.aptosnet.benchmarks.mesh.Flags;
import dev.aptosnet.benchmarks.quic.PacketLink;
import dev.aptosnet.benchmarks.quic.Report;
import dev.aptosnet.testkit.relay.LineSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/**
 * The acceptance figures of I-01, I-05, I-17 and I-18 that need real sockets and memory, and what
 * hostile peers cost others, all in this process: over loopback, and over a {@link PacketLink} of
 * 10 MB/s and 50 ms. Prints a table; {@code --json FILE} writes the figures too. {@code
 * docs/data-path.md} says what each row is.
 */
public final class DataPath {
    private static final List<String> WORKS =
            List.of(
                    "decode",
                    "encode",
                    "broadcast",
                    "batch",
                    "idle",
                    "delay",
                    "streams",
                    "stall",
                    "reset",
                    "priority",
                    "held",
                    "hostile",
                    "leaks");

    /** 10 MB/s, 50 ms one way, and a queue that holds all that TCP has under way: no loss. */
    private static final LineSettings LINE =
            LineSettings.PERFECT
                    .delayed(Duration.ofMillis(50), Duration.ZERO)
                    .limitedTo(10_000_000, 16 << 20);

    private DataPath() {}

    /**
     * Arguments: {@code --work} names from the list, with commas; {@code --seconds} of each window;
     * {@code --leak-minutes}; {@code --seed}; {@code --json} a file.
     */
    public static void main(String[] args) throws Exception {
        LeakCounter.install();
        var flags = new Flags(args, List.of("work", "seconds", "leak-minutes", "seed", "json"));
        var works = List.of(flags.text("work", String.join(",", WORKS)).split(","));
        if (!WORKS.containsAll(works)) {
            throw new IllegalArgumentException(
                    "--work: " + works + " (expected: of " + WORKS + ")");
        }
        var during = Duration.ofSeconds(flags.number("seconds", 10, 1, 600));
        var leaking = Duration.ofMinutes(flags.number("leak-minutes", 1, 1, 600));
        long seed =
                flags.number("seed", new SecureRandom().nextInt(1_000_000), 0, Integer.MAX_VALUE);
        System.err.println("seed " + seed);
        var report = new Report<>(Side.class, Side::title, "ratio");
        var links = areLinksAllowed(report, works, seed);
        for (var work : WORKS) {
            if (works.contains(work) && (links || !needsLink(work))) {
                System.err.println(work);
                run(work, report, during, leaking, seed);
            }
        }
        System.out.print(report.table());
        System.out.println("seed " + seed + "; windows of " + during.toSeconds() + " s");
        var file = flags.text("json", "");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), report.json(seed));
        }
    }

    private static boolean needsLink(String work) {
        return work.equals("reset") || work.equals("priority");
    }

    private static boolean areLinksAllowed(Report<Side> report, List<String> works, long seed) {
        if (works.stream().noneMatch(DataPath::needsLink)) {
            return false;
        }
        try {
            new PacketLink(LINE, "cubic", seed).close();
            return true;
        } catch (IOException e) {
            report.note("reset, priority", "left out: " + e.getMessage());
            return false;
        }
    }

    private static void run(
            String work, Report<Side> report, Duration during, Duration leaking, long seed)
            throws Exception {
        switch (work) {
            case "decode" -> new DecodeWork(report).run();
            case "encode" -> EncodeWork.run(report, seed);
            case "broadcast" -> new BroadcastWork(report).run();
            case "batch" -> {
                var batch = new BatchWork(report);
                batch.throughput();
                batch.plainReader();
            }
            case "idle" -> new BatchWork(report).idle();
            case "delay" -> new BatchWork(report).delay();
            case "streams" -> new StreamsWork(report, during).run();
            case "stall" -> new StallWork(report, during).run();
            case "reset" -> ResetWork.run(report, LINE, seed);
            case "priority" -> new PriorityWork(report, LINE, seed, during).run();
            case "held" -> HeldWork.run(report);
            case "hostile" -> new HostileWork(report, during).run();
            case "leaks" -> new LeakWork(report, leaking, seed).run();
            default -> throw new IllegalArgumentException(work);
        }
    }
}
