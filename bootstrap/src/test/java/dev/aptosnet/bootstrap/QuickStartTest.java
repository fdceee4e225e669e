package dev.aptosnet.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Takes the fifteen lines out of the README, compiles them as they stand and runs them. */
class QuickStartTest {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- quick start.*?-->\\s*```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir private Path classes;

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
        import dev.aptosnet.bootstrap.*;
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

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///QuickStart.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    @Test
    void theQuickStartOfTheReadmeCompilesAndRuns() throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var path = new ArrayList<String>();
        for (var property : List.of("jdk.module.path", "java.class.path")) {
            var value = System.getProperty(property, "");
            if (!value.isEmpty()) {
                path.add(value);
            }
        }
        var options =
                List.of(
                        "-d",
                        classes.toString(),
                        "-proc:none",
                        "--class-path",
                        String.join(File.pathSeparator, path));
        var source = new Source(program(quickStart()));
        var compiled =
                compiler.getTask(null, null, diagnostics, options, null, List.of(source)).call();
        assertThat(compiled).as(() -> String.valueOf(diagnostics.getDiagnostics())).isTrue();

        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            var result = loader.loadClass("QuickStart").getMethod("run").invoke(null);
            assertThat(result).isEqualTo("hello QUEUED");
        }
    }
}
