package dev.aptosnet.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.jspecify.annotations.NullMarked;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Habits of the house. */
final class Conventions {
    private static final Pattern GETTER = Pattern.compile("get[A-Z].*");

    static final ArchCondition<JavaClass> LIE_IN_A_NULL_MARKED_PACKAGE =
            new ArchCondition<>("lie in a @NullMarked package") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    // A module's descriptor has no package.
                    var marked =
                            type.getPackageName().isEmpty()
                                    || type.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(
                            new SimpleConditionEvent(
                                    type, marked, type.getPackageName() + " is not @NullMarked"));
                }
            };

    static final ArchCondition<JavaClass> HAVE_NO_GETTERS =
            new ArchCondition<>("have no method named get…") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (var method : type.getMethods()) {
                        var isOurs =
                                Stream.concat(
                                                type.getAllRawSuperclasses().stream(),
                                                type.getAllRawInterfaces().stream())
                                        .filter(
                                                parent ->
                                                        !parent.getPackageName()
                                                                .startsWith("dev.aptosnet"))
                                        .noneMatch(parent -> hasMethod(parent, method.getName()));
                        var isGetter =
                                GETTER.matcher(method.getName()).matches()
                                        && method.getRawParameterTypes().isEmpty();
                        events.add(
                                new SimpleConditionEvent(
                                        method, !(isOurs && isGetter), method.getFullName()));
                    }
                }
            };

    static final ArchCondition<JavaClass> PRINT =
            new ArchCondition<>("use System.out or System.err") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (var access : type.getFieldAccessesFromSelf()) {
                        var target = access.getTarget();
                        var prints =
                                target.getOwner().isEquivalentTo(System.class)
                                        && (target.getName().equals("out")
                                                || target.getName().equals("err"));
                        events.add(new SimpleConditionEvent(type, prints, access.getDescription()));
                    }
                    for (var call : type.getMethodCallsFromSelf()) {
                        var prints =
                                call.getTarget().getOwner().isAssignableTo(Throwable.class)
                                        && call.getName().equals("printStackTrace");
                        events.add(new SimpleConditionEvent(type, prints, call.getDescription()));
                    }
                }
            };

    static final ArchCondition<JavaClass> HAVE_A_NAME_OF_THEIR_OWN =
            new ArchCondition<>("have a simple name that no other class has") {
                private final Map<String, String> firstByName = new HashMap<>();

                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    // Nested types are read beside their outer one; descriptors have no name.
                    if (type.getEnclosingClass().isPresent()
                            || type.getSimpleName().endsWith("-info")) {
                        return;
                    }
                    var first = firstByName.putIfAbsent(type.getSimpleName(), type.getName());
                    events.add(
                            new SimpleConditionEvent(
                                    type,
                                    first == null || first.equals(type.getName()),
                                    type.getName() + " is named like " + first));
                }

                @Override
                public void finish(ConditionEvents events) {
                    firstByName.clear();
                }
            };

    private Conventions() {}

    private static boolean hasMethod(JavaClass type, String name) {
        return type.getMethods().stream().anyMatch(method -> method.getName().equals(name));
    }
}
