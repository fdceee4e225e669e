package dev.aptosnet.cli;

import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;

/** The command {@code aptosnet}. */
@Command(
        name = "aptosnet",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Main.Version.class,
        description = "AptosNet, the peer-to-peer protocol of the Aptos blockchain, for the JVM.",
        footer = {
            "",
            "Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 cannot connect,",
            "5 authentication refused, 6 protocol mismatch, 7 timeout, 8 limit."
        })
public final class Main implements Runnable {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean version;

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(Terminal.ofProcess(), args));
    }

    /**
     * Runs one command in this process.
     *
     * @param out takes results
     * @param err takes everything else
     * @return the exit code
     */
    public static int run(PrintStream out, PrintStream err, String... args) {
        return run(Terminal.of(out, err, false), args);
    }

    private static int run(Terminal terminal, String... args) {
        Logging.configure(Logging.LogLevel.WARN);
        var line =
                new CommandLine(new Main())
                        .addSubcommand("demo", new DemoCommand(terminal))
                        .addSubcommand("keygen", new KeygenCommand(terminal))
                        .addSubcommand("id", new IdCommand(terminal))
                        .addSubcommand("testnet", new TestnetCommand(terminal))
                        .addSubcommand("run", new RunCommand(terminal))
                        .addSubcommand("ping", new PingCommand(terminal))
                        .addSubcommand("call", new CallCommand(terminal))
                        .addSubcommand("bench", new BenchCommand(terminal))
                        .addSubcommand("link", new LinkCommand(terminal))
                        .addSubcommand("sim", new SimCommand(terminal))
                        .addSubcommand("vectors", new VectorsCommand(terminal));
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        terminal.interactive()
                                ? CommandLine.Help.Ansi.ON
                                : CommandLine.Help.Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // A file name after @ is the data of a call, not a file of flags.
        line.setExpandAtFiles(false);
        line.setExecutionStrategy(new CommandLine.RunLast());
        line.setParameterExceptionHandler((e, _) -> misused(terminal, e, args));
        line.setExecutionExceptionHandler((e, _, _) -> failed(terminal, e, args));
        convert(line, Duration.class, Durations::parse);
        convert(line, CipherSuite.class, CipherSuite::parse);
        convert(line, NetworkAddress.class, NetworkAddress::parse);
        convert(line, NetworkId.class, NetworkId::parse);
        convert(line, PeerId.class, PeerId::parse);
        convert(line, ProtocolId.class, ProtocolConverter::parse);
        var code = line.execute(args);
        terminal.out().flush();
        terminal.err().flush();
        return code;
    }

    private static <T> void convert(CommandLine line, Class<T> type, Function<String, T> parse) {
        line.registerConverter(
                type,
                text -> {
                    try {
                        return parse.apply(text);
                    } catch (IllegalArgumentException e) {
                        throw new CommandLine.TypeConversionException(
                                String.valueOf(e.getMessage()));
                    }
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int misused(Terminal terminal, ParameterException e, String... args) {
        var command = e.getCommandLine().getCommandSpec().qualifiedName();
        var message = firstLine(e);
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                message += " (did you mean " + suggestions.getFirst() + "?)";
            }
        }
        return report(terminal, ExitCode.USAGE, message + "; see " + command + " --help", args);
    }

    private static int failed(Terminal terminal, Exception e, String... args) {
        LOG.log(System.Logger.Level.DEBUG, "the command failed", e);
        var code = e instanceof FileSystemException ? ExitCode.CONFIG : ExitCode.of(e);
        return report(terminal, code, explain(e), args);
    }

    private static String explain(Exception e) {
        return switch (e) {
            case NoSuchFileException f -> f.getFile() + ": no such file";
            case AccessDeniedException f -> f.getFile() + ": permission denied";
            case FileAlreadyExistsException f -> f.getFile() + ": exists already";
            case IOException f -> f.getClass().getSimpleName() + ": " + firstLine(f);
            case ConnectFailure f -> firstLine(f) + remedy(f.failure().reason());
            default -> firstLine(e);
        };
    }

    /** What to try, where the failure itself does not say it. */
    private static String remedy(SetupFailure.Reason reason) {
        return switch (reason) {
            case CONNECT_FAILED -> " (is a node listening at that address and port?)";
            case UNRESOLVED_NAME -> " (is the name spelt right?)";
            case TIMEOUT -> " (--timeout gives it longer)";
            case NOISE_DECRYPT, WRONG_SERVER_KEY ->
                    " (is the key in the address the peer's public key, and --suite one of its"
                            + " suites?)";
            case PEER_ID_MISMATCH, UNTRUSTED_PEER, UNTRUSTED_KEY ->
                    " (does the peer trust the key of --key for our peer id?)";
            case WRONG_CHAIN -> " (--chain-id)";
            case WRONG_NETWORK -> " (--network-id)";
            default -> "";
        };
    }

    private static int report(Terminal terminal, ExitCode code, String message, String... args) {
        terminal.out().flush();
        terminal.err().println("aptosnet: " + message);
        terminal.err().flush();
        if (Arrays.asList(args).contains("--json")) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", false);
            object.put("failure", code.name().toLowerCase(Locale.ROOT));
            object.put("exit_code", code.code());
            object.put("error", message);
            terminal.out().println(Json.line(object));
        }
        return code.code();
    }

    private static String firstLine(Exception e) {
        var message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }

    /** Reads the version that the build left in the jar. */
    static final class Version implements IVersionProvider {
        private static final String PROPERTIES =
                "/META-INF/maven/dev.aptosnet/aptosnet-bootstrap/pom.properties";

        @Override
        public String[] getVersion() throws IOException {
            var properties = new Properties();
            try (var in = Main.class.getResourceAsStream(PROPERTIES)) {
                if (in != null) {
                    properties.load(in);
                }
            }
            return new String[] {
                "aptosnet "
                        + properties.getProperty("version", "(not packaged)")
                        + ", Java "
                        + Runtime.version()
            };
        }
    }
}
