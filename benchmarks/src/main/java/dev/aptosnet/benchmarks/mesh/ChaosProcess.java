package dev.aptosnet.benchmarks.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.cli.TestNetwork.Member;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * One node of {@link Chaos}, through all the processes that it is in turn. Faults are done to it by
 * the thread of the program; what it says is read on threads of their own.
 */
final class ChaosProcess {
    private static final List<String> JVM =
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final int index;
    private final Member member;
    private final int callsPerSecond;
    private final File log;
    private final BiConsumer<ChaosProcess, ChaosNode.Status> onStatus;
    private final List<Window> windows = new ArrayList<>();
    private final JsonMapper json = new JsonMapper();

    private volatile @Nullable Process process;
    private volatile ChaosNode.@Nullable Status latest;

    /**
     * A time in which something was done to the node, by the wall clock; {@code to} may be open.
     */
    record Window(long from, long to) {}

    /**
     * @param onStatus told of every line, on a thread of this process's
     */
    ChaosProcess(
            int index,
            Member member,
            int callsPerSecond,
            Path directory,
            BiConsumer<ChaosProcess, ChaosNode.Status> onStatus) {
        this.index = index;
        this.member = member;
        this.callsPerSecond = callsPerSecond;
        this.log = directory.resolve("node-" + index + ".log").toFile();
        this.onStatus = onStatus;
    }

    int index() {
        return index;
    }

    String peer() {
        return member.identity().peerId().toConfigText();
    }

    File log() {
        return log;
    }

    void start() throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ChaosNode.class.getName());
        command.add(member.config().toString());
        command.add(String.valueOf(callsPerSecond));
        var started =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log))
                        .start();
        process = started;
        latest = null;
        Thread.ofVirtual().start(() -> read(started));
    }

    private void read(Process from) {
        try (var lines = new BufferedReader(new InputStreamReader(from.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{") && from.equals(process)) {
                    var status = json.readValue(line, ChaosNode.Status.class);
                    latest = status;
                    onStatus.accept(this, status);
                }
            }
        } catch (IOException e) {
            // The stream of a process that was killed is closed under whoever reads it.
            if (from.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What it last said, of the process that runs now; null before that. */
    ChaosNode.@Nullable Status latest() {
        return latest;
    }

    boolean isAlive() {
        var running = process;
        return running != null && running.isAlive();
    }

    /** SIGKILL; returns once it is gone. */
    void kill() throws InterruptedException {
        var running = process;
        process = null;
        latest = null;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
    }

    /** SIGTERM, and SIGKILL for one that does not obey in a minute. */
    void stop() throws InterruptedException {
        var running = process;
        if (running != null) {
            running.destroy();
            var obeyed = running.waitFor(1, TimeUnit.MINUTES);
            kill();
            if (!obeyed) {
                throw new IllegalStateException("node " + index + " did not stop when told");
            }
        }
    }

    /** SIGSTOP: all its threads stand still, and the system keeps its connections. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        var running = process;
        if (running != null) {
            var code = new ProcessBuilder("kill", name, "" + running.pid()).start().waitFor();
            if (code != 0) {
                throw new IOException("kill " + name + ": exit code " + code);
            }
        }
    }

    /** From now on nothing that this node takes part in counts. */
    synchronized void touched() {
        if (windows.isEmpty() || windows.getLast().to() != Long.MAX_VALUE) {
            windows.add(new Window(System.currentTimeMillis(), Long.MAX_VALUE));
        }
    }

    /** From now on it counts again. */
    synchronized void untouched() {
        if (!windows.isEmpty() && windows.getLast().to() == Long.MAX_VALUE) {
            windows.add(new Window(windows.removeLast().from(), System.currentTimeMillis()));
        }
    }

    /** Whether something was done to the node at some moment of this time. */
    synchronized boolean wasTouched(long from, long to) {
        return windows.stream().anyMatch(window -> window.from() <= to && from <= window.to());
    }
}
