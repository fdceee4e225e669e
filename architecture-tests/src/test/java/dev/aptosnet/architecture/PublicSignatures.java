package dev.aptosnet.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import java.util.stream.Stream;

/** An application that compiles against the library compiles against nothing else. */
final class PublicSignatures {
    /** The public types of ports, and of the package that holds the entry point. */
    static final DescribedPredicate<JavaClass> PUBLIC_API =
            DescribedPredicate.describe(
                    "public API",
                    type ->
                            type.getModifiers().contains(PUBLIC)
                                    && (type.getPackageName().startsWith("dev.aptosnet.ports")
                                            || type.getPackageName()
                                                    .matches("dev\\.aptosnet\\.node(\\.codec)?")));

    static final ArchCondition<JavaClass> NAME_NO_LIBRARY_TYPES =
            new ArchCondition<>("name only the JDK's and our own types") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                            .forEach(parent -> report(type, type.getName(), parent, events));
                    for (var member : type.getMembers()) {
                        if (isVisible(member)) {
                            typesOf(member)
                                    .forEach(
                                            named ->
                                                    report(
                                                            type,
                                                            member.getFullName(),
                                                            named,
                                                            events));
                        }
                    }
                }
            };

    private PublicSignatures() {}

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(PUBLIC) || member.getModifiers().contains(PROTECTED);
    }

    private static Stream<JavaType> typesOf(JavaMember member) {
        return switch (member) {
            case JavaField field -> Stream.of(field.getType());
            case JavaCodeUnit unit ->
                    Stream.concat(
                            Stream.concat(
                                    Stream.of(unit.getReturnType()),
                                    unit.getParameterTypes().stream()),
                            unit.getExceptionTypes().stream());
            default -> throw new AssertionError(member);
        };
    }

    private static void report(
            JavaClass type, String where, JavaType named, ConditionEvents events) {
        for (var raw : named.getAllInvolvedRawTypes()) {
            var packageName = raw.getBaseComponentType().getPackageName();
            // An application registers the node's meters where its own are.
            var meters = raw.getName().equals("io.micrometer.core.instrument.MeterRegistry");
            var known =
                    meters
                            || packageName.isEmpty()
                            || packageName.startsWith("java.")
                            || packageName.startsWith("dev.aptosnet.");
            events.add(new SimpleConditionEvent(type, known, where + " names " + raw.getName()));
        }
    }
}
