package dev.aptosnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;

/**
 * Where a command writes.
 *
 * @param raw results as bytes; flush {@code out} before writing here
 * @param out results as text
 * @param err everything else
 * @param interactive whether somebody looks, so that lines may be coloured and redrawn
 */
record Terminal(PrintStream raw, PrintWriter out, PrintWriter err, boolean interactive) {
    static Terminal of(PrintStream out, PrintStream err, boolean interactive) {
        return new Terminal(out, writer(out), writer(err), interactive);
    }

    /** The process's own streams. */
    @SuppressWarnings("SystemConsoleNull") // its javadoc still allows for there being none
    static Terminal ofProcess() {
        var console = System.console();
        var looks =
                console != null
                        && console.isTerminal()
                        && System.getenv("NO_COLOR") == null
                        && !"dumb".equals(System.getenv("TERM"));
        return of(System.out, System.err, looks);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, UTF_8), true);
    }
}
