import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import javax.tools.Diagnostic;
import javax.tools.ToolProvider;

/**
 * Makes the javadoc of one module's exported packages and fails on every warning of javadoc and its
 * lint, except for a parameter or result that has no line of its own: the first sentence often says
 * it all. Run by {@code mvn verify}; arguments: source directory, output directory, module path.
 */
class Javadoc {
    private static final Pattern MAY_BE_MISSING = Pattern.compile("no @(param|return|throws)\\b.*");

    public static void main(String[] args) throws Exception {
        var source = Path.of(args[0]);
        var descriptor = Files.readString(source.resolve("module-info.java"));
        if (!descriptor.contains("exports ")) {
            System.out.println("javadoc: nothing is exported");
            return;
        }
        var module = descriptor.replaceAll("(?s).*\\bmodule\\s+([\\w.]+)\\s*\\{.*", "$1");
        var tool = ToolProvider.getSystemDocumentationTool();
        var failures = new StringBuilder();
        var options =
                List.of(
                        "-locale",
                        "en",
                        "-quiet",
                        "-notimestamp",
                        "-Xdoclint:all",
                        "-Xmaxwarns",
                        "10000",
                        "-d",
                        args[1],
                        "--module-path",
                        args[2],
                        "--module-source-path",
                        module + "=" + source,
                        "--module",
                        module);
        try (var files = tool.getStandardFileManager(null, null, null)) {
            var task = tool.getTask(null, files, d -> report(d, failures), null, options, null);
            var made = task.call();
            if (!made || !failures.isEmpty()) {
                System.err.print(failures);
                System.err.println("javadoc: " + module + " does not document without warnings");
                System.exit(1);
            }
        }
    }

    private static void report(Diagnostic<?> diagnostic, StringBuilder failures) {
        var isNote =
                diagnostic.getKind() == Diagnostic.Kind.NOTE
                        || diagnostic.getKind() == Diagnostic.Kind.OTHER;
        if (!isNote && !MAY_BE_MISSING.matcher(diagnostic.getMessage(Locale.ROOT)).matches()) {
            failures.append(diagnostic).append('\n');
        }
    }
}
