package dev.aptosnet.benchmarks.sidebyside;

import java.util.List;
import java.util.Locale;

/**
 * A row of the table: one figure of one work, and what is to be reached.
 *
 * @param work where it comes from
 * @param figure which of its figures
 * @param title what it is called
 * @param unit of the figure as shown
 * @param scale the figure is shown multiplied by this
 * @param goal how much is to be reached
 */
record Row(Work work, String figure, String title, String unit, double scale, Goal goal) {
    /** What is to be reached. */
    sealed interface Goal {
        /** The figure is shown and nothing asked of it. */
        record None() implements Goal {}

        /** The median of the rounds' ratios to the reference. */
        record OfTls(double bound, boolean atMost) implements Goal {}

        /** The figure itself. */
        record Absolute(double bound, boolean atMost) implements Goal {}

        default String text() {
            return switch (this) {
                case None _ -> "";
                case OfTls(var bound, var atMost) ->
                        String.format(Locale.ROOT, "%s %.2f x TLS", word(atMost), bound);
                case Absolute(var bound, var atMost) ->
                        String.format(Locale.ROOT, "%s %.1f", word(atMost), bound);
            };
        }

        private static String word(boolean atMost) {
            return atMost ? "<=" : ">=";
        }
    }

    private static final Goal NONE = new Goal.None();

    private static Goal atMost(double tls) {
        return new Goal.OfTls(tls, true);
    }

    private static Goal atLeast(double tls) {
        return new Goal.OfTls(tls, false);
    }

    /** All of them, in the order of the table. */
    static final List<Row> ALL =
            List.of(
                    new Row(
                            Work.RPC_ONE,
                            "p50_us",
                            "RPC 128 B, one in flight, p50",
                            "us",
                            1,
                            atMost(1.0)),
                    new Row(Work.RPC_ONE, "p99_us", "  p99", "us", 1, NONE),
                    cpu(Work.RPC_ONE, NONE),
                    new Row(
                            Work.RPC_MANY,
                            "per_s",
                            "RPC 128 B, 100 in flight",
                            "k/s",
                            1e-3,
                            atLeast(0.9)),
                    cpu(Work.RPC_MANY, atMost(1.1)),
                    allocated(Work.RPC_MANY, Role.NEAR),
                    allocated(Work.RPC_MANY, Role.FAR),
                    new Row(
                            Work.RPC_4K,
                            "per_s",
                            "RPC 4 KiB, 100 in flight",
                            "k/s",
                            1e-3,
                            atLeast(1.1)),
                    cpu(Work.RPC_4K, NONE),
                    new Row(Work.SEND, "per_s", "direct send 256 B", "k/s", 1e-3, atLeast(0.7)),
                    new Row(Work.SEND, "lost", "  dropped by the receiver", "%", 100, NONE),
                    cpu(Work.SEND, NONE),
                    allocated(Work.SEND, Role.NEAR),
                    new Row(
                            Work.BULK,
                            "mb_per_s",
                            "one 64 MiB message at a time",
                            "MB/s",
                            1,
                            atLeast(1.0)),
                    cpu(Work.BULK, NONE),
                    new Row(Work.URGENT, "idle_p50_us", "urgent RPC, idle, p50", "us", 1, NONE),
                    new Row(Work.URGENT, "p50_us", "  beside 64 MiB, p50", "us", 1, NONE),
                    new Row(
                            Work.URGENT,
                            "p50_x_idle",
                            "  that against idle",
                            "x own",
                            1,
                            new Goal.Absolute(1.2, true)),
                    new Row(Work.URGENT, "idle_p99_us", "urgent RPC, idle, p99", "us", 1, NONE),
                    new Row(Work.URGENT, "p99_us", "  beside 64 MiB, p99", "us", 1, NONE),
                    new Row(
                            Work.URGENT,
                            "p99_x_idle",
                            "  that against idle",
                            "x own",
                            1,
                            new Goal.Absolute(2.0, true)),
                    new Row(Work.URGENT, "mb_per_s", "64 MiB beside urgent", "MB/s", 1, NONE),
                    new Row(
                            Work.URGENT,
                            "mb_x_alone",
                            "  that against alone",
                            "x own",
                            1,
                            new Goal.Absolute(0.9, false)),
                    new Row(
                            Work.CONNECT,
                            "per_s",
                            "new connections, one by one",
                            "/s",
                            1,
                            atLeast(2.5)),
                    cpu(Work.CONNECT, atMost(0.35)),
                    new Row(
                            Work.PEERS_RPC,
                            "per_s",
                            "1 KiB RPC to 139 peers",
                            "rounds/s",
                            1,
                            atLeast(1.1)),
                    cpu(Work.PEERS_RPC, NONE),
                    new Row(
                            Work.PEERS_SEND,
                            "per_s",
                            "1 KiB send to 139 peers",
                            "rounds/s",
                            1,
                            atLeast(1.2)),
                    new Row(Work.PEERS_SEND, "lost", "  dropped by the receiver", "%", 100, NONE),
                    cpu(Work.PEERS_SEND, NONE),
                    new Row(
                            Work.IDLE_HEAP,
                            "kib",
                            "heap of an idle connection",
                            "KiB",
                            1,
                            new Goal.Absolute(8, true)));

    private static Row cpu(Work work, Goal goal) {
        return new Row(work, "cpu_us_per_op", "  CPU of both ends", "us/op", 1, goal);
    }

    private static Row allocated(Work work, Role role) {
        return new Row(
                work,
                role.word() + "_bytes_per_op",
                "  allocated, " + role.word() + " end",
                "B/op",
                1,
                NONE);
    }
}
