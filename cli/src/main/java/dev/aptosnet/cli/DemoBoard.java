package dev.aptosnet.cli;

import dev.aptosnet.cli.demo.DemoEvent;
import dev.aptosnet.cli.demo.DemoResult;
import dev.aptosnet.cli.demo.DemoView;
import dev.aptosnet.cli.demo.DemoWatcher;
import dev.aptosnet.cli.demo.Outage;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Shows a demo: a table that is redrawn where somebody looks, else one line a second. */
final class DemoBoard implements DemoWatcher {
    /** More rows than a small window has would scroll instead of being redrawn. */
    private static final int MAX_ROWS = 16;

    private static final double MIB = 1 << 20;

    private final Terminal terminal;
    private int drawn;

    DemoBoard(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void onSecond(DemoView view) {
        if (terminal.interactive()) {
            table(view);
        } else {
            line(view);
        }
        terminal.out().flush();
    }

    @Override
    public void onEvent(DemoEvent event) {
        var node = event.node().shortText();
        var after = time((double) event.after().toNanos());
        switch (event.kind()) {
            case STOPPED -> {
                print("");
                print("%s stops", node);
            }
            case FROZEN -> print("%s freezes: connected, and silent", node);
            case NOTICED -> print("%s is missed by all others after %s", node, after);
            case STARTED -> print("%s starts again", node);
            case THAWED -> print("%s thaws", node);
            case HEALED -> print("%s is back, the mesh is whole after %s", node, after);
        }
        terminal.out().flush();
    }

    private void line(DemoView view) {
        var nodes = view.nodes();
        print(
                "%4d s  peers %d  ping %s  votes %.0f/s  transactions %.0f/s  chunks %.0f MiB/s"
                        + "  worst vote %s",
                view.elapsed().toSeconds(),
                nodes.stream().mapToInt(DemoView.NodeView::peers).min().orElse(0),
                time(sum(nodes, node -> (double) node.roundTripNanos()) / nodes.size()),
                sum(nodes, DemoView.NodeView::votesPerSecond),
                sum(nodes, DemoView.NodeView::transactionsPerSecond),
                sum(nodes, DemoView.NodeView::chunkBytesPerSecond) / MIB,
                time(worst(nodes)));
    }

    private void table(DemoView view) {
        if (drawn > 0) {
            terminal.out().print("\u001b[" + drawn + "A\u001b[J");
        }
        drawn = 0;
        row(
                "\u001b[1m%-10s %5s %10s %9s %9s %12s %12s\u001b[0m",
                "node", "peers", "ping", "votes/s", "trans/s", "chunk MiB/s", "worst vote");
        var nodes = view.nodes();
        for (var node : nodes.subList(0, Math.min(MAX_ROWS, nodes.size()))) {
            row(
                    "%-10s %5d %10s %9.0f %9.0f %12.0f %12s",
                    node.peer().shortText(),
                    node.peers(),
                    time(node.roundTripNanos()),
                    node.votesPerSecond(),
                    node.transactionsPerSecond(),
                    node.chunkBytesPerSecond() / MIB,
                    time(node.worstVoteNanos()));
        }
        if (nodes.size() > MAX_ROWS) {
            row("… and %d more", nodes.size() - MAX_ROWS);
        }
        row(
                "\u001b[1m%-10s %5s %10s %9.0f %9.0f %12.0f %12s\u001b[0m",
                view.elapsed().toSeconds() + " s",
                "",
                "",
                sum(nodes, DemoView.NodeView::votesPerSecond),
                sum(nodes, DemoView.NodeView::transactionsPerSecond),
                sum(nodes, DemoView.NodeView::chunkBytesPerSecond) / MIB,
                time(worst(nodes)));
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotations are no dependency of ours
    private void row(String format, Object... values) {
        print(format, values);
        drawn++;
    }

    void summarise(DemoResult result) {
        print("");
        print(
                "links         %d of %d, %s, %s",
                result.links(),
                result.nodes() * (result.nodes() - 1) / 2,
                result.transport(),
                result.suite().configName());
        print("votes         %d of %d received", result.votesReceived(), result.votesSent());
        print(
                "transactions  %d of %d received",
                result.transactionsReceived(), result.transactionsSent());
        print(
                "chunks        %d, %.0f MiB, each as its hash says; %.0f MiB/s",
                result.chunksOk(),
                (double) result.chunkBytes() / MIB,
                result.seconds() > 0 ? (double) result.chunkBytes() / MIB / result.seconds() : 0);
        print(
                "vote delay    median %s, p99 %s, worst %s beside the chunks",
                time(result.voteDelayP50Nanos()),
                time(result.voteDelayP99Nanos()),
                time(result.voteDelayWorstNanos()));
        print(
                "calls         %d pings, median %s; %d calls failed",
                result.pings(), time(result.roundTripP50Nanos()), result.rpcFailed());
        result.stop().ifPresent(outage -> outage("stop", outage));
        result.freeze().ifPresent(outage -> outage("freeze", outage));
        for (var problem : result.problems()) {
            print("problem       %s", problem);
        }
        print("%s", result.ok() ? "ok" : "not ok");
    }

    private void outage(String kind, Outage outage) {
        print(
                "%-13s noticed by all others after %s, healed in %s",
                kind,
                time((double) outage.noticed().toNanos()),
                time((double) outage.healed().toNanos()));
    }

    @SuppressWarnings("AnnotateFormatMethod") // as above
    private void print(String format, Object... values) {
        terminal.out().println(String.format(Locale.ROOT, format, values));
    }

    private static double sum(
            List<DemoView.NodeView> nodes, ToDoubleFunction<DemoView.NodeView> what) {
        return nodes.stream().mapToDouble(what).sum();
    }

    private static double worst(List<DemoView.NodeView> nodes) {
        return (double) nodes.stream().mapToLong(DemoView.NodeView::worstVoteNanos).max().orElse(0);
    }

    private static String time(long nanos) {
        return time((double) nanos);
    }

    private static String time(double nanos) {
        return nanos == 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
