package dev.aptosnet.cli;

import picocli.CommandLine.Option;

import java.util.Map;
import java.util.concurrent.Callable;

/** What all commands have: where they write, and the flags that each understands. */
abstract class Command implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--json", description = "One JSON object as the last line of output.")
    private boolean json;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "WARN",
            description = "What to log to standard error: ${COMPLETION-CANDIDATES}.")
    private Logging.LogLevel logLevel = Logging.LogLevel.WARN;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    Command(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Does the work; what it throws becomes one line and a code. */
    abstract ExitCode execute() throws Exception;

    @Override
    public final Integer call() throws Exception {
        Logging.configure(logLevel);
        var code = execute();
        terminal.out().flush();
        terminal.err().flush();
        return code.code();
    }

    final Terminal terminal() {
        return terminal;
    }

    final boolean json() {
        return json;
    }

    /** A line of the result. */
    final void print(String line) {
        terminal.out().println(line);
    }

    /** A line beside the result. */
    final void note(String line) {
        terminal.err().println(line);
    }

    final void printJson(Map<String, ?> object) {
        terminal.out().println(Json.line(object));
    }
}
