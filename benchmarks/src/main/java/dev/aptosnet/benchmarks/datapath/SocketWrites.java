package dev.aptosnet.benchmarks.datapath;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * How often the event loops of this process have called the system to write, as the system counts
 * it for each thread. A loop writes to sockets alone: it is woken by writes of other threads.
 */
final class SocketWrites {
    private static final Path TASKS = Path.of("/proc/self/task");

    private SocketWrites() {}

    /** Whether the system counts. */
    static boolean areCounted() {
        return Files.isReadable(Path.of("/proc/self/io"));
    }

    /** By thread, of threads whose name begins as that of the loops. */
    static Map<String, Long> byLoop() {
        var counts = new HashMap<String, Long>();
        try (var tasks = Files.list(TASKS)) {
            for (var task : tasks.toList()) {
                try {
                    if (Files.readString(task.resolve("comm")).startsWith("aptosnet-tcp")) {
                        counts.put(task.getFileName().toString(), writes(task));
                    }
                } catch (IOException _) {
                    // A thread that has just ended.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counts;
    }

    private static long writes(Path task) throws IOException {
        return Files.readAllLines(task.resolve("io")).stream()
                .filter(line -> line.startsWith("syscw: "))
                .mapToLong(line -> Long.parseLong(line.substring("syscw: ".length())))
                .sum();
    }
}
