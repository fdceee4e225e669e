package dev.aptosnet.node;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The sockets of this process, as Linux tells them. */
final class OwnSockets {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<Path> UDP =
            List.of(Path.of("/proc/self/net/udp"), Path.of("/proc/self/net/udp6"));
    private static final int INODE_COLUMN = 9;

    private OwnSockets() {}

    static void assumeTheyCanBeCounted() {
        Assumptions.assumeTrue(
                Files.isDirectory(DESCRIPTORS) && Files.isReadable(UDP.getFirst()),
                "no /proc here");
    }

    /** How many UDP sockets are open. */
    static int udp() throws IOException {
        var own = descriptors();
        var count = 0;
        for (var table : UDP) {
            if (Files.isReadable(table)) {
                for (var line : Files.readAllLines(table).stream().skip(1).toList()) {
                    var columns = line.strip().split("\\s+", -1);
                    count += own.contains("socket:[" + columns[INODE_COLUMN] + "]") ? 1 : 0;
                }
            }
        }
        return count;
    }

    private static Set<String> descriptors() throws IOException {
        var targets = new HashSet<String>();
        try (var all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (var descriptor : all) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException _) {
                    // Closed meanwhile.
                }
            }
        }
        return targets;
    }
}
