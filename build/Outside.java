import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Builds and runs {@code examples/outside} as an application would: in a folder of its own, with
 * the published jars out of a repository of their own, on the class path and as a module. Prints
 * how many jars and megabytes it resolved, and fails above the limits or if a library is among them
 * that belongs to the command line.
 *
 * <p>Arguments: the root of the repository, Maven's home, the version, Maven's local repository.
 */
class Outside {
    private static final int MAX_JARS = 25;
    private static final long MAX_BYTES = 12L << 20;

    private static final List<String> PUBLISHED =
            List.of("ports", "domain", "noise", "transport-support", "adapter-tcp-noise", "node");

    private static final List<String> UNWANTED =
            List.of("guice", "guava", "picocli", "logback", "jackson", "slf4j", "snakeyaml");

    private final Path root;
    private final Path maven;
    private final String version;
    private final Path local;
    private final Path work;

    private Outside(Path root, Path maven, String version, Path local) {
        this.root = root.toAbsolutePath().normalize();
        this.maven = maven;
        this.version = version;
        this.local = local;
        this.work = this.root.resolve("examples").resolve("target").resolve("outside");
    }

    public static void main(String[] args) throws Exception {
        new Outside(Path.of(args[0]), Path.of(args[1]), args[2], Path.of(args[3])).run();
    }

    private void run() throws Exception {
        delete(work);
        var project = work.resolve("project");
        copy(root.resolve("examples").resolve("outside"), project);
        var repository = work.resolve("repository");
        publish(repository, "aptosnet", root.resolve("pom.xml"), null);
        publish(repository, "aptosnet-bom", root.resolve("bom").resolve("pom.xml"), null);
        for (var module : PUBLISHED) {
            var jar = "aptosnet-" + module + "-" + version + ".jar";
            publish(
                    repository,
                    "aptosnet-" + module,
                    root.resolve(module).resolve("pom.xml"),
                    root.resolve(module).resolve("target").resolve(jar));
        }
        var settings = work.resolve("settings.xml");
        Files.writeString(settings, settings());
        var classPath = work.resolve("class-path.txt");
        execute(
                project,
                List.of(
                        maven.resolve("bin").resolve("mvn").toString(),
                        "-q",
                        "-B",
                        "-ntp",
                        "-s",
                        settings.toString(),
                        "-Dmaven.repo.local=" + repository,
                        "-Daptosnet.version=" + version,
                        "compile",
                        "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath",
                        "-Dmdep.includeScope=runtime",
                        "-Dmdep.outputFile=" + classPath));
        var jars = List.of(Files.readString(classPath).strip().split(File.pathSeparator));
        var classes = project.resolve("target").resolve("classes").toString();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var all = classes + File.pathSeparator + String.join(File.pathSeparator, jars);
        expect("hello on the class path", run(java, "-cp", all, "com.example.outside.Greet"));
        expect(
                "hello as a module",
                run(java, "-p", all, "-m", "com.example.outside/com.example.outside.Greet"));
        judge(jars);
    }

    private static void judge(List<String> jars) throws IOException {
        var bytes = 0L;
        for (var jar : jars) {
            bytes += Files.size(Path.of(jar));
            var name = Path.of(jar).getFileName().toString();
            for (var unwanted : UNWANTED) {
                if (name.contains(unwanted)) {
                    fail(name + " belongs to the command line");
                }
            }
        }
        System.out.printf(
                "outside: %d jars, %.1f MiB (at most %d, %d)%n",
                jars.size(), bytes / 1048576.0, MAX_JARS, MAX_BYTES >> 20);
        if (jars.size() > MAX_JARS || bytes > MAX_BYTES) {
            fail("an application resolves more than it should: " + jars);
        }
    }

    private void publish(Path repository, String artifact, Path pom, Path jar) throws IOException {
        var folder =
                repository.resolve("dev").resolve("aptosnet").resolve(artifact).resolve(version);
        Files.createDirectories(folder);
        Files.copy(pom, folder.resolve(artifact + "-" + version + ".pom"));
        if (jar != null) {
            Files.copy(jar, folder.resolve(artifact + "-" + version + ".jar"));
        }
    }

    /** Third-party jars come from where the build has put them; nothing is fetched. */
    private String settings() {
        return """
        <settings>
          <mirrors>
            <mirror>
              <id>local</id>
              <mirrorOf>*</mirrorOf>
              <url>%s</url>
            </mirror>
          </mirrors>
        </settings>
        """
                .formatted(local.toUri());
    }

    private String run(String... command) throws Exception {
        return execute(work, List.of(command));
    }

    private String execute(Path in, List<String> command) throws Exception {
        var out = Files.createTempFile(work, "said", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(in.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            fail(command + " took more than five minutes");
        }
        var said = Files.readString(out);
        if (process.exitValue() != 0) {
            fail(command + " ended with " + process.exitValue() + ":\n" + said);
        }
        return said;
    }

    private static void expect(String line, String said) {
        if (said.lines().noneMatch(line::equals)) {
            fail("expected the line \"" + line + "\", seen:\n" + said);
        }
        System.out.println("outside: " + line);
    }

    private static void fail(String why) {
        System.err.println("outside: " + why);
        System.exit(1);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        var all = new ArrayList<Path>();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (var file : all) {
            Files.delete(file);
        }
    }
}
