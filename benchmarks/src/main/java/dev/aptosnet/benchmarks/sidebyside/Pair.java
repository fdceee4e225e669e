package dev.aptosnet.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Both ends of one contestant, each in a process and on a core of its own. */
final class Pair implements AutoCloseable {
    private static final double LIMIT_SECONDS = 60;

    private final ChildProcess near;
    private final ChildProcess far;
    private final String credentials;
    private List<String> addresses = List.of();
    private int links;

    Pair(Contestant contestant, Path certificates, List<String> jvm)
            throws IOException, InterruptedException {
        near = ChildProcess.start(contestant, Role.NEAR, certificates, 0, jvm);
        try {
            far = ChildProcess.start(contestant, Role.FAR, certificates, 1, jvm);
        } catch (IOException e) {
            near.close();
            throw e;
        }
        try {
            credentials = near.ask("credentials", LIMIT_SECONDS);
        } catch (RuntimeException | InterruptedException e) {
            close();
            throw e;
        }
    }

    /** One round of one work: its figures, and what both processes used for each operation. */
    Map<String, Double> run(Work work, double seconds) throws InterruptedException {
        prepare(work);
        var nearBefore = usage(near);
        var farBefore = usage(far);
        var command = "run " + work.key() + " " + seconds;
        if (work.links() == 0) {
            command += " " + String.join(" ", addresses);
        }
        var answer = near.ask(command, LIMIT_SECONDS * 2 + seconds * 5);
        var farUsed = usage(far).since(farBefore);
        var nearUsed = usage(near).since(nearBefore);
        var figures = new LinkedHashMap<String, Double>();
        for (var figure : answer.split(" ", -1)) {
            var equals = figure.indexOf('=');
            figures.put(figure.substring(0, equals), Double.valueOf(figure.substring(equals + 1)));
        }
        var ops = Math.max(1, figures.getOrDefault("ops", 1.0));
        figures.put("cpu_us_per_op", (nearUsed.cpuNanos() + farUsed.cpuNanos()) / 1e3 / ops);
        figures.put("near_cpu_us_per_op", nearUsed.cpuNanos() / 1e3 / ops);
        figures.put("far_cpu_us_per_op", farUsed.cpuNanos() / 1e3 / ops);
        figures.put("near_bytes_per_op", nearUsed.allocatedBytes() / ops);
        figures.put("far_bytes_per_op", farUsed.allocatedBytes() / ops);
        return figures;
    }

    /** Has as many far ends and links open as the work asks for. */
    private void prepare(Work work) throws InterruptedException {
        if (links > 0 && (links != work.links() || addresses.size() != work.peers())) {
            near.ask("disconnect", LIMIT_SECONDS);
            links = 0;
        }
        if (addresses.size() != work.peers()) {
            addresses =
                    Arrays.asList(
                            far.ask("listen " + work.peers() + " " + credentials, LIMIT_SECONDS)
                                    .split(" "));
        }
        if (links != work.links()) {
            near.ask("connect " + String.join(" ", addresses), LIMIT_SECONDS);
            links = work.links();
        }
    }

    private static Usage usage(ChildProcess child) throws InterruptedException {
        return Usage.parse(child.ask("usage", LIMIT_SECONDS));
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
