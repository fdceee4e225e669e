package dev.aptosnet.benchmarks.sidebyside;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The process of one end: takes a command a line from standard input and answers each with a line
 * on standard output. When its input ends, so does it: no child outlives who started it.
 */
final class Child {
    /** Begins every answer; what else the JVM may print is none. */
    static final String OK = "> ok ";

    /** Begins the answer to a command that failed. */
    static final String ERROR = "> error ";

    private Child() {}

    /** Arguments: near or far, the contestant, where the certificates are. */
    public static void main(String[] args) throws Exception {
        var role = Role.valueOf(args[0]);
        var contestant = Contestant.parse(args[1]);
        var certificates = Path.of(args[2]);
        var served =
                switch (role) {
                    case NEAR -> near(contestant.near(certificates));
                    case FAR -> far(contestant.far(certificates));
                };
        serve(served);
        // Whatever still runs, such as a stuck close, ends here.
        Runtime.getRuntime().halt(0);
    }

    private interface Commands {
        String run(String command, List<String> words) throws Exception;
    }

    private static Commands far(FarEnd end) {
        return (command, words) ->
                switch (command) {
                    case "usage" -> Usage.now().line();
                    case "listen" ->
                            String.join(
                                    " ",
                                    end.listen(Integer.parseInt(words.getFirst()), words.get(1)));
                    default -> throw new IllegalArgumentException(command);
                };
    }

    private static <P> Commands near(NearEnd<P> end) {
        var loads = new Loads<>(end);
        return (command, words) ->
                switch (command) {
                    case "usage" -> Usage.now().line();
                    case "credentials" -> end.credentials();
                    case "connect" -> {
                        end.connect(words);
                        yield "";
                    }
                    case "disconnect" -> {
                        end.disconnect();
                        yield "";
                    }
                    case "run" ->
                            loads
                                    .run(
                                            Work.parse(words.getFirst()),
                                            Double.parseDouble(words.get(1)),
                                            words.subList(2, words.size()))
                                    .entrySet()
                                    .stream()
                                    .map(figure -> figure.getKey() + "=" + figure.getValue())
                                    .collect(Collectors.joining(" "));
                    default -> throw new IllegalArgumentException(command);
                };
    }

    private static void serve(Commands commands) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var words = Arrays.asList(line.split(" "));
            String answer;
            try {
                answer = OK + commands.run(words.getFirst(), words.subList(1, words.size()));
            } catch (Exception | LinkageError e) {
                e.printStackTrace();
                answer = ERROR + String.valueOf(e).replaceAll("\\s+", " ");
            }
            System.out.println(answer);
            System.out.flush();
        }
    }
}
