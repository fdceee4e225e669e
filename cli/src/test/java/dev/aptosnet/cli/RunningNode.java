package dev.aptosnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code aptosnet run} on a thread of its own. */
final class RunningNode {
    /** Those that a test has started; JUnit runs the tests of a class one after the other. */
    private static final List<RunningNode> ALL = new ArrayList<>();

    private static final String LISTENING = "listening ";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private final Thread thread;

    private RunningNode(List<String> args) {
        this.thread =
                Thread.ofPlatform()
                        .start(
                                () ->
                                        code.complete(
                                                Main.run(
                                                        new PrintStream(out, true, UTF_8),
                                                        new PrintStream(err, true, UTF_8),
                                                        args.toArray(String[]::new))));
    }

    /** Listens at a free port of the loopback, and with these flags. */
    static RunningNode start(String... flags) throws Exception {
        var args = new ArrayList<>(List.of("run", "--listen", "/ip4/127.0.0.1/tcp/0"));
        args.addAll(List.of(flags));
        return with(args);
    }

    static RunningNode with(List<String> args) throws Exception {
        var node = new RunningNode(args);
        ALL.add(node);
        var until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!node.out().endsWith("\n")) {
            if (node.code.isDone() || System.nanoTime() - until > 0) {
                throw new AssertionError("run did not listen: " + node.err());
            }
            Thread.sleep(5);
        }
        return node;
    }

    String out() {
        return out.toString(UTF_8);
    }

    String err() {
        return err.toString(UTF_8);
    }

    /** The address in the line that it printed. */
    String address() {
        return out().lines().findFirst().orElseThrow().substring(LISTENING.length());
    }

    /** Stops those that still run. */
    static void stopAll() throws Exception {
        for (var node : ALL) {
            node.stop();
        }
        ALL.clear();
    }

    /** Tells it to stop, as a signal does, and returns its exit code. */
    int stop() throws Exception {
        thread.interrupt();
        return code.get(60, TimeUnit.SECONDS);
    }
}
