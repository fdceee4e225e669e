import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that every Java file below a directory is formatted, or with {@code FORMAT_MODE=write}
 * formats it. Run by the build: {@code mvn verify} checks, {@code mvn -N -Pformat} writes.
 */
class Format {
    public static void main(String[] args) throws Exception {
        var root = Path.of(args[0]);
        var write = "write".equals(System.getenv("FORMAT_MODE"));
        var formatter =
                new Formatter(
                        JavaFormatterOptions.builder()
                                .style(JavaFormatterOptions.Style.AOSP)
                                .build());
        var wrong = new ArrayList<Path>();
        for (var file : javaFiles(root)) {
            var text = Files.readString(file);
            var formatted =
                    formatter.formatSourceAndFixImports(
                            RemoveUnusedImports.removeUnusedImports(text));
            if (!formatted.equals(text)) {
                wrong.add(root.relativize(file));
                if (write) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (!wrong.isEmpty()) {
            System.err.println((write ? "formatted: " : "not formatted: ") + wrong);
            if (!write) {
                System.err.println("to format them: mvn -N -q -Pformat process-sources");
                System.exit(1);
            }
        }
    }

    private static List<Path> javaFiles(Path root) throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs) {
                        var name = String.valueOf(dir.getFileName());
                        var skipped = name.equals("target") || name.startsWith(".");
                        return skipped && !dir.equals(root)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs) {
                        if (file.toString().endsWith(".java")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
