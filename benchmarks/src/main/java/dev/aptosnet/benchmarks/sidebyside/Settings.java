package dev.aptosnet.benchmarks.sidebyside;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the command line asks for.
 *
 * @param rounds how many count; one more goes before them and does not
 * @param seconds how long each load of a round lasts
 * @param warmUpSeconds the same for the round that does not count
 * @param contestants who takes part, in this order
 * @param work what is measured
 * @param json where to write every figure of every round
 * @param svg where to draw the ratios
 * @param jvm flags of each child's JVM
 */
record Settings(
        int rounds,
        double seconds,
        double warmUpSeconds,
        List<Contestant> contestants,
        List<Work> work,
        @Nullable Path json,
        @Nullable Path svg,
        List<String> jvm) {
    static final String USAGE =
            """
            --rounds N         rounds that count (default: 5); one to warm up goes before them
            --seconds S        of load in each (default: 2)
            --warm-up S        of load in the first (default: 3)
            --contestants A,B  of tls, grpc, aptosnet-aesgcm, aptosnet-chachapoly, aptosnet-blocking
            --work A,B         of rpc-one, rpc-many, rpc-4k, send, bulk, urgent, connect, peers-rpc,
                               peers-send, idle-heap
            --json FILE        every figure of every round
            --svg FILE         a plot of the ratios
            --jvm FLAG         one more flag for each child's JVM; may be repeated\
            """;

    /** One processor each, the same heap for all, and what Netty asks for on this JDK. */
    private static final List<String> JVM =
            List.of(
                    "-XX:ActiveProcessorCount=1",
                    "-XX:+UseSerialGC",
                    "-Xms1g",
                    "-Xmx1g",
                    "-Xmn400m",
                    "-XX:-UsePerfData",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /** Refuses what makes no sense, with the flag's name. */
    static Settings parse(List<String> args) {
        var rounds = 5;
        var seconds = 2.0;
        var warmUp = 3.0;
        var contestants = List.of(Contestant.values());
        var work = Work.all();
        Path json = null;
        Path svg = null;
        var jvm = new ArrayList<>(JVM);
        for (var i = 0; i < args.size(); i += 2) {
            var flag = args.get(i);
            if (i + 1 == args.size()) {
                throw new IllegalArgumentException(flag + ": no value\n" + USAGE);
            }
            var value = args.get(i + 1);
            switch (flag) {
                case "--rounds" -> rounds = (int) number(flag, value, 1, 1000);
                case "--seconds" -> seconds = number(flag, value, 0.05, 600);
                case "--warm-up" -> warmUp = number(flag, value, 0.05, 600);
                case "--contestants" ->
                        contestants = words(value).map(Contestant::parse).distinct().toList();
                case "--work" -> work = words(value).map(Work::parse).distinct().toList();
                case "--json" -> json = Path.of(value);
                case "--svg" -> svg = Path.of(value);
                case "--jvm" -> jvm.add(value);
                default -> throw new IllegalArgumentException(flag + ": unknown flag\n" + USAGE);
            }
        }
        return new Settings(rounds, seconds, warmUp, contestants, work, json, svg, jvm);
    }

    private static Stream<String> words(String value) {
        return Arrays.stream(value.split(","));
    }

    private static double number(String flag, String value, double min, double max) {
        double number;
        try {
            number = Double.parseDouble(value);
        } catch (NumberFormatException _) {
            number = Double.NaN;
        }
        if (!(number >= min && number <= max)) {
            throw new IllegalArgumentException(
                    flag + ": " + value + " (expected: " + min + " to " + max + ")");
        }
        return number;
    }
}
