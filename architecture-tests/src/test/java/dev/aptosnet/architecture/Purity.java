package dev.aptosnet.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The domain takes the time, randomness and every byte as an argument, and the simulator makes them
 * from a seed, so that a run can be repeated. What would break that is named here.
 */
final class Purity {
    /** Streams of bytes in memory and exceptions are harmless; the rest of java.io is the world. */
    private static final Set<String> HARMLESS_IO =
            Set.of(
                    "java.io.IOException",
                    "java.io.UncheckedIOException",
                    "java.io.Serializable",
                    "java.io.ByteArrayOutputStream");

    /** Names for order between threads and units, without a thread or a lock in them. */
    private static final Set<String> HARMLESS_CONCURRENT = Set.of("java.util.concurrent.TimeUnit");

    private final String where;
    private final String packageName;
    private final DescribedPredicate<JavaClass> inside;

    private Purity(String where, String packageName) {
        this.where = where;
        this.packageName = packageName;
        this.inside = resideInAPackage(packageName + "..");
    }

    static List<Rule> rules() {
        var rules = new ArrayList<Rule>();
        rules.addAll(new Purity("the domain", "dev.aptosnet.domain").all());
        rules.addAll(new Purity("the simulator", "dev.aptosnet.simulation").all());
        return rules;
    }

    private List<Rule> all() {
        return List.of(
                seesNone(
                        where + " has no threads and no locks",
                        "threads",
                        type ->
                                type.getName().startsWith("java.lang.Thread")
                                        || type.getName().equals("java.util.Timer")
                                        || (type.getPackageName().startsWith("java.util.concurrent")
                                                && !type.getPackageName().endsWith(".atomic")
                                                && !HARMLESS_CONCURRENT.contains(type.getName()))),
                seesNone(
                        where + " has no sockets and no files",
                        "world",
                        type ->
                                type.getPackageName().equals("java.net")
                                        || type.getPackageName().startsWith("java.nio.channels")
                                        || type.getPackageName().startsWith("java.nio.file")
                                        || (type.getPackageName().equals("java.io")
                                                && !HARMLESS_IO.contains(type.getName()))),
                seesNone(
                        where + " does not log",
                        "logs",
                        type -> type.getName().startsWith("java.lang.System$Logger")),
                seesNone(
                        where + "'s collections have an order of their own",
                        "order",
                        type ->
                                Set.of(
                                                "java.util.HashMap",
                                                "java.util.HashSet",
                                                "java.util.IdentityHashMap",
                                                "java.util.WeakHashMap",
                                                "java.util.Hashtable")
                                        .contains(type.getName())),
                calls(where + " does not read a clock", "clock", Purity::isClock),
                calls(where + " makes no randomness", "randomness", Purity::isRandomness),
                calls(where + " makes no unordered sets", "unordered", Purity::isUnordered));
    }

    private static boolean isClock(String owner, String name, int parameters) {
        return switch (owner) {
            case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
            case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
            default -> owner.startsWith("java.time.") && name.equals("now");
        };
    }

    private static boolean isRandomness(String owner, String name, int parameters) {
        return switch (owner) {
            case "java.lang.Math" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.util.Collections" -> name.equals("shuffle") && parameters == 1;
            case "java.util.Random", "java.util.SplittableRandom" ->
                    name.equals(JavaConstructor.CONSTRUCTOR_NAME) && parameters == 0;
            case "java.util.random.RandomGenerator" ->
                    name.equals("getDefault") || name.equals("of");
            default -> owner.equals("java.security.SecureRandom");
        };
    }

    private static boolean isUnordered(String owner, String name, int parameters) {
        return switch (owner) {
            case "java.util.Set", "java.util.Map" ->
                    name.equals("copyOf")
                            || name.equals("ofEntries")
                            || (name.equals("of") && parameters > one(owner));
            case "java.util.stream.Collectors" ->
                    name.equals("toSet")
                            || name.equals("toUnmodifiableSet")
                            || name.equals("toUnmodifiableMap")
                            || (name.equals("toMap") && parameters < 4)
                            || (name.equals("groupingBy") && parameters < 3);
            default -> false;
        };
    }

    /** How many parameters make one element, which has only one order. */
    private static int one(String owner) {
        return owner.equals("java.util.Set") ? 1 : 2;
    }

    private Rule seesNone(String name, String planted, Predicate<JavaClass> forbidden) {
        return new Rule(
                name,
                inside,
                noClasses()
                        .that(inside)
                        .should()
                        .dependOnClassesThat(DescribedPredicate.describe(name, forbidden)),
                packageName + ".planted." + planted);
    }

    private Rule calls(String name, String planted, Forbidden forbidden) {
        var makeSuchCalls =
                new ArchCondition<JavaClass>("make such calls") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        for (var call : type.getCodeUnitCallsFromSelf()) {
                            report(call.getTarget(), call.getDescription(), events);
                        }
                        for (var reference : type.getCodeUnitReferencesFromSelf()) {
                            report(reference.getTarget(), reference.getDescription(), events);
                        }
                    }

                    private void report(
                            CodeUnitAccessTarget target,
                            String description,
                            ConditionEvents events) {
                        var hit =
                                forbidden.test(
                                        target.getOwner().getName(),
                                        target.getName(),
                                        target.getRawParameterTypes().size());
                        events.add(new SimpleConditionEvent(target, hit, description));
                    }
                };
        return new Rule(
                name,
                inside,
                noClasses().that(inside).should(makeSuchCalls),
                packageName + ".planted." + planted);
    }

    private interface Forbidden {
        boolean test(String owner, String name, int parameters);
    }
}
