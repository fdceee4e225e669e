package dev.aptosnet.cli;

import dev.aptosnet.cli.vectors.VectorCheck;

import picocli.CommandLine;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** {@code aptosnet vectors}. */
@CommandLine.Command(
        name = "vectors",
        description = "Checks this build against every vector file of a directory.")
final class VectorsCommand extends Command {
    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "A directory with vector files (wire.md section 15).")
    private Path directory = Path.of("");

    VectorsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode execute() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(ExitCode.USAGE, directory + ": not a directory");
        }
        var lines = new StringWriter();
        var failures =
                VectorCheck.run(directory, json() ? new PrintWriter(lines) : terminal().out());
        if (json()) {
            var object = new LinkedHashMap<String, Object>();
            object.put("ok", failures == 0);
            object.put("failed", failures);
            object.put("lines", lines.toString().lines().toList());
            printJson(object);
        }
        return failures == 0 ? ExitCode.OK : ExitCode.FAILED;
    }
}
