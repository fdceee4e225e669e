package dev.aptosnet.benchmarks.sidebyside;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One end in a process of its own, bound to one core where the system has {@code taskset}. */
final class ChildProcess implements AutoCloseable {
    private static final String GONE = "";

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private ChildProcess(Process process) {
        this.process = process;
        this.commands = process.outputWriter(UTF_8);
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Starts one.
     *
     * @param core which one it may use
     * @param jvm flags of its JVM
     */
    static ChildProcess start(
            Contestant contestant, Role role, Path certificates, int core, List<String> jvm)
            throws IOException {
        var line = new ArrayList<String>();
        taskset()
                .ifPresent(
                        program ->
                                line.addAll(
                                        List.of(program.toString(), "-c", String.valueOf(core))));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(jvm);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        line.addAll(List.of(role.name(), contestant.key(), certificates.toString()));
        return new ChildProcess(
                new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** The program that binds a process to a core, if there are cores to choose from. */
    static Optional<Path> taskset() {
        if (Runtime.getRuntime().availableProcessors() < 2) {
            return Optional.empty();
        }
        for (var directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            var program = Path.of(directory, "taskset");
            if (Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    private void read() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("> ")) {
                    answers.add(line);
                } else {
                    System.err.println(line);
                }
            }
        } catch (IOException e) {
            System.err.println("reading from a child: " + e);
        } finally {
            answers.add(GONE);
        }
    }

    /** One command and its answer. */
    String ask(String command, double seconds) throws InterruptedException {
        try {
            commands.write(command);
            commands.write('\n');
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the process is gone", e);
        }
        var answer = answers.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw new IllegalStateException("no answer within " + seconds + " s");
        }
        if (answer.equals(GONE)) {
            answers.add(GONE);
            throw new IllegalStateException("the process is gone");
        }
        if (answer.startsWith(Child.ERROR)) {
            throw new IllegalStateException(answer.substring(Child.ERROR.length()));
        }
        return answer.substring(Child.OK.length());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
