package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** Takes the fifteen lines out of the README, compiles them as they stand and runs them. */
class QuickStartTest {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- quick start.*?-->\\s*```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir Path classes;

    private static String quickStart() throws Exception {
        var readme = Files.readString(Path.of("..", "README.md"));
        var block = BLOCK.matcher(readme);
        assertThat(block.find()).as("the README has a quick start").isTrue();
        return block.group(1);
    }

    /** The block as a whole program that also returns what the block has found out. */
    private static String program(String block) {
        var end = block.lastIndexOf('}');
        return """
        import dev.aptosnet.node.*;
        import dev.aptosnet.ports.client.*;
        import dev.aptosnet.ports.model.*;
        import java.time.Duration;

        public class QuickStart {
            public static String run() throws Exception {
        %s
                return answer.asUtf8() + " " + sent;
            %s
            }
        }
        """
                .formatted(block.substring(0, end), block.substring(end));
    }

    @Test
    void theQuickStartOfTheReadmeCompilesAndRuns() throws Exception {
        var source = classes.resolve("QuickStart.java");
        Files.writeString(source, program(quickStart()));
        var path = new ArrayList<String>();
        for (var property : List.of("jdk.module.path", "java.class.path")) {
            var value = System.getProperty(property, "");
            if (!value.isEmpty()) {
                path.add(value);
            }
        }
        var said = new StringWriter();
        var javac = ToolProvider.findFirst("javac").orElseThrow();
        var exit =
                javac.run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "-d",
                        classes.toString(),
                        "-proc:none",
                        "--class-path",
                        String.join(File.pathSeparator, path),
                        source.toString());
        assertThat(exit).as(said::toString).isZero();

        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            var result = loader.loadClass("QuickStart").getMethod("run").invoke(null);
            assertThat(result).isEqualTo("hello QUEUED");
        }
    }
}
