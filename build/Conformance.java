import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.tools.Diagnostic;
import javax.tools.ToolProvider;

/**
 * Makes docs/conformance.md from {@code build/conformance-rows.txt} and the tests whose display
 * name begins with a row's id, such as {@code PM-01}. Fails when a row has neither a test nor a
 * remark that says why, when a test names a row that does not exist or is not run, and when the
 * page is not what it should be; with {@code CONFORMANCE_MODE=write} the page is written. Run by
 * {@code mvn verify}.
 */
class Conformance {
    private static final String ROWS = "build/conformance-rows.txt";
    private static final String PAGE = "docs/conformance.md";

    /** {@code Q-01}, and {@code Q-01, Q-02} where one test is that of two rows. */
    private static final Pattern IDS =
            Pattern.compile("([A-Z]{1,3}-\\d\\d(?:, [A-Z]{1,3}-\\d\\d)*)[: ].*", Pattern.DOTALL);

    private static final Pattern MAY_NAME_A_ROW = Pattern.compile("\"[A-Z]{1,3}-\\d\\d\\b");
    private static final Set<String> TEST_ANNOTATIONS =
            Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");

    private record Row(String section, String id, String title, Kind kind, String remark) {}

    private record Found(Path file, String type, String method) {}

    private enum Kind {
        TESTED(""),
        CORRECTED("corrected"),
        OPEN("open"),
        NOT_APPLICABLE("not applicable");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Whether a row may do without a test. */
        boolean needsNoTest() {
            return this == OPEN || this == NOT_APPLICABLE;
        }
    }

    private final Path root;
    private final List<String> mistakes = new ArrayList<>();
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Map<String, List<Found>> tests = new LinkedHashMap<>();

    /** Classes whose tests run over QUIC too, each with the methods that are replaced there. */
    private final Map<String, Set<String>> overQuic = new LinkedHashMap<>();

    private Conformance(Path root) {
        this.root = root;
    }

    public static void main(String[] args) throws IOException {
        var conformance = new Conformance(Path.of(args[0]).toAbsolutePath().normalize());
        conformance.run("write".equals(System.getenv("CONFORMANCE_MODE")));
        if (!conformance.mistakes.isEmpty()) {
            conformance.mistakes.forEach(mistake -> System.err.println("conformance: " + mistake));
            System.exit(1);
        }
    }

    private void run(boolean write) throws IOException {
        readRows();
        findTests();
        compare();
        var page = page();
        var file = root.resolve(PAGE);
        if (Files.exists(file) && Files.readString(file).equals(page)) {
            return;
        }
        if (write) {
            Files.writeString(file, page);
            System.err.println("written: " + PAGE);
        } else {
            mistakes.add(
                    PAGE
                            + " does not show the tests as they are; to write it:"
                            + " mvn -N -q -Pconformance verify");
        }
    }

    /** Lines are "== section", "id | title" and "id | title | kind: remark". */
    private void readRows() throws IOException {
        var section = "";
        for (var line : Files.readAllLines(root.resolve(ROWS))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("== ")) {
                section = line.substring(3).strip();
                continue;
            }
            var parts = line.split(" \\| ", 3);
            if (parts.length < 2 || !IDS.matcher(parts[0] + " ").matches()) {
                mistakes.add(ROWS + ": \"" + line + "\" (expected: id | title | remark)");
                continue;
            }
            var kind = Kind.TESTED;
            var remark = parts.length < 3 ? "" : parts[2];
            for (var known : Kind.values()) {
                if (known != Kind.TESTED && remark.startsWith(known.word + ": ")) {
                    kind = known;
                    remark = remark.substring(known.word.length() + 2);
                }
            }
            if (rows.put(parts[0], new Row(section, parts[0], parts[1], kind, remark)) != null) {
                mistakes.add(ROWS + ": " + parts[0] + " stands there twice");
            }
        }
    }

    private void findTests() throws IOException {
        var files = new ArrayList<Path>();
        for (var file : javaFiles()) {
            if (isOverQuic(file) || MAY_NAME_A_ROW.matcher(Files.readString(file)).find()) {
                files.add(file);
            }
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    this::noteError,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files));
            for (var unit : task.parse()) {
                new Finder(Path.of(unit.getSourceFile().toUri())).scan(unit, null);
            }
        }
    }

    /** Classes there that extend others run the tests of those over QUIC. */
    private static boolean isOverQuic(Path file) {
        var name = String.valueOf(file.getFileName());
        return name.contains("Quic") && name.endsWith("Test.java");
    }

    private boolean runsOverQuic(Found test) {
        var replaced = overQuic.get(test.type);
        return replaced != null && !replaced.contains(test.method);
    }

    private void noteError(Diagnostic<?> diagnostic) {
        if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
            mistakes.add(diagnostic.toString());
        }
    }

    private List<Path> javaFiles() throws IOException {
        var files = new TreeSet<Path>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs) {
                        var name = String.valueOf(dir.getFileName());
                        var skipped =
                                name.equals("target")
                                        || name.equals("build")
                                        || name.startsWith(".");
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
        return List.copyOf(files);
    }

    private void compare() {
        var prefixes =
                rows.keySet().stream()
                        .map(id -> id.substring(0, id.indexOf('-')))
                        .collect(Collectors.toSet());
        tests.forEach(
                (id, found) -> {
                    if (!rows.containsKey(id)
                            && prefixes.contains(id.substring(0, id.indexOf('-')))) {
                        mistakes.add(id + ": no such row, named by " + names(found));
                    }
                });
        var missing = new ArrayList<String>();
        for (var row : rows.values()) {
            var found = tests.getOrDefault(row.id, List.of());
            if (found.isEmpty() && !row.kind.needsNoTest()) {
                missing.add(row.id);
            }
            if (!found.isEmpty() && row.kind == Kind.NOT_APPLICABLE) {
                mistakes.add(row.id + ": said not to apply, but tested by " + names(found));
            }
        }
        if (!missing.isEmpty()) {
            mistakes.add(
                    String.join(", ", missing)
                            + ": no test's display name begins so, and "
                            + ROWS
                            + " says neither \"not applicable: why\" nor \"open: why\"");
        }
    }

    private static String names(List<Found> found) {
        return found.stream()
                .map(test -> test.type + "." + test.method)
                .collect(Collectors.joining(", "));
    }

    private String page() {
        var open = rows.values().stream().filter(this::isOpen).toList();
        var without = rows.values().stream().filter(row -> row.kind == Kind.NOT_APPLICABLE).count();
        var out = new StringBuilder();
        out.append("# Conformance\n\n");
        out.append("<!-- Generated from the tests by build/Conformance.java; to write it anew:\n");
        out.append("     mvn -N -q -Pconformance verify -->\n\n");
        out.append("What the tests of aptos-core assert about its network stack, one row for each");
        out.append(" behaviour, in our words, and\nthe test of ours that asserts the same: the");
        out.append(" display name of each begins with the id of its row. *Corrected* stands\n");
        out.append("where aptos-core does something that we think a mistake, and says what we do");
        out.append(" instead; the test asserts that.\n*Over QUIC too* says that the same test");
        out.append(" runs once more with links over QUIC.\n\n");
        out.append(
                "%d rows: %d with a test, %d that do not apply, %d open.%n"
                        .formatted(
                                rows.size(),
                                rows.size() - without - open.size(),
                                without,
                                open.size())
                        .replace("\r", ""));
        if (!open.isEmpty()) {
            out.append("Open: ");
            out.append(open.stream().map(Row::id).collect(Collectors.joining(", ")));
            out.append(".\n");
        }
        var section = "";
        for (var row : rows.values()) {
            if (!row.section.equals(section)) {
                section = row.section;
                out.append("\n## ").append(section).append("\n\n");
                out.append("| row | behaviour | test | remark |\n|---|---|---|---|\n");
            }
            out.append("| ").append(row.id).append(" | ").append(row.title).append(" | ");
            out.append(links(row)).append(" | ").append(remark(row)).append(" |\n");
        }
        return out.toString();
    }

    private boolean isOpen(Row row) {
        return row.kind == Kind.OPEN && !tests.containsKey(row.id);
    }

    private String links(Row row) {
        return tests.getOrDefault(row.id, List.of()).stream()
                .map(
                        test ->
                                "[%s.%s](../%s)%s"
                                        .formatted(
                                                test.type,
                                                test.method,
                                                root.relativize(test.file)
                                                        .toString()
                                                        .replace('\\', '/'),
                                                runsOverQuic(test) ? ", over QUIC too" : ""))
                .collect(Collectors.joining("<br>"));
    }

    private String remark(Row row) {
        if (row.kind == Kind.TESTED) {
            return row.remark;
        }
        if (row.kind == Kind.OPEN && !isOpen(row)) {
            return "";
        }
        return "*" + row.kind.word + "*: " + row.remark;
    }

    /** Finds the display names of one file's tests. */
    private final class Finder extends TreeScanner<Void, Void> {
        private final Path file;
        private final List<String> types = new ArrayList<>();
        private final List<Boolean> disabled = new ArrayList<>();
        private String method = "";

        Finder(Path file) {
            this.file = file;
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            types.add(type.getSimpleName().toString());
            disabled.add(names(type.getModifiers().getAnnotations()).contains("Disabled"));
            if (isOverQuic(file) && type.getExtendsClause() != null) {
                overQuic.computeIfAbsent(type.getExtendsClause().toString(), _ -> new TreeSet<>())
                        .addAll(replacedIn(type));
            }
            super.visitClass(type, none);
            types.removeLast();
            disabled.removeLast();
            return null;
        }

        private static List<String> replacedIn(ClassTree type) {
            return type.getMembers().stream()
                    .filter(MethodTree.class::isInstance)
                    .map(MethodTree.class::cast)
                    .filter(
                            method ->
                                    names(method.getModifiers().getAnnotations()).stream()
                                            .noneMatch(TEST_ANNOTATIONS::contains))
                    .map(method -> method.getName().toString())
                    .toList();
        }

        @Override
        public Void visitMethod(MethodTree tree, Void none) {
            var before = method;
            method = tree.getName().toString();
            var annotations = tree.getModifiers().getAnnotations();
            var names = names(annotations);
            disabled.add(names.contains("Disabled"));
            for (var annotation : annotations) {
                switch (nameOf(annotation)) {
                    case "DisplayName" ->
                            note(
                                    argument(annotation, "value"),
                                    names.stream().anyMatch(TEST_ANNOTATIONS::contains));
                    case "ParameterizedTest", "RepeatedTest" ->
                            note(argument(annotation, "name"), true);
                    default -> {}
                }
            }
            super.visitMethod(tree, none);
            disabled.removeLast();
            method = before;
            return null;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            var called = call.getMethodSelect().toString();
            if (called.endsWith("dynamicTest") && !call.getArguments().isEmpty()) {
                note(text(call.getArguments().getFirst()), true);
            }
            return super.visitMethodInvocation(call, none);
        }

        private void note(String displayName, boolean isTest) {
            var matcher = IDS.matcher(displayName);
            if (!matcher.matches()) {
                return;
            }
            var found = new Found(file, types.getLast(), method);
            for (var id : matcher.group(1).split(", ")) {
                if (!isTest || disabled.contains(true)) {
                    mistakes.add(id + ": is not run, " + Conformance.names(List.of(found)));
                }
                tests.computeIfAbsent(id, _ -> new ArrayList<>()).add(found);
            }
        }

        private static List<String> names(List<? extends AnnotationTree> annotations) {
            return annotations.stream().map(Finder::nameOf).toList();
        }

        private static String nameOf(AnnotationTree annotation) {
            var name = annotation.getAnnotationType().toString();
            return name.substring(name.lastIndexOf('.') + 1);
        }

        private static String argument(AnnotationTree annotation, String name) {
            for (var argument : annotation.getArguments()) {
                if (!(argument instanceof AssignmentTree set)) {
                    return text(argument);
                }
                if (set.getVariable().toString().equals(name)) {
                    return text(set.getExpression());
                }
            }
            return "";
        }

        /** A literal, or literals joined by plus signs; anything else reads as nothing. */
        private static String text(ExpressionTree expression) {
            return switch (expression) {
                case LiteralTree literal -> String.valueOf(literal.getValue());
                case ParenthesizedTree inner -> text(inner.getExpression());
                case BinaryTree sum when sum.getKind() == Tree.Kind.PLUS ->
                        text(sum.getLeftOperand()) + text(sum.getRightOperand());
                default -> "";
            };
        }
    }
}
