package dev.aptosnet.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rules about instructions, which ArchUnit's model of a class leaves out. */
final class Bytecode {
    private static final ClassDesc THROWABLE = Throwable.class.describeConstable().orElseThrow();
    private static final ClassDesc RUNNABLE = Runnable.class.describeConstable().orElseThrow();

    /** Calls that start a thread, or make one that somebody starts later. */
    private static final Set<String> STARTS =
            Set.of(
                    "java/lang/Thread$Builder.start",
                    "java/lang/Thread$Builder.unstarted",
                    "java/lang/Thread$Builder$OfVirtual.start",
                    "java/lang/Thread$Builder$OfVirtual.unstarted",
                    "java/lang/Thread$Builder$OfPlatform.start",
                    "java/lang/Thread$Builder$OfPlatform.unstarted",
                    "java/lang/Thread.startVirtualThread",
                    "java/lang/Thread.<init>");

    static final ArchCondition<JavaClass> SYNCHRONIZE =
            new ArchCondition<>("use synchronized") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (var method : read(type).methods()) {
                        var locks =
                                method.flags().has(AccessFlag.SYNCHRONIZED)
                                        || instructions(method)
                                                .anyMatch(MonitorInstruction.class::isInstance);
                        events.add(new SimpleConditionEvent(type, locks, where(type, method)));
                    }
                }
            };

    static final ArchCondition<JavaClass> GUARD_THEIR_THREADS =
            new ArchCondition<>("catch Throwable in the body of every thread that they start") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    var model = read(type);
                    for (var method : model.methods()) {
                        if (instructions(method).anyMatch(Bytecode::startsAThread)) {
                            events.add(
                                    new SimpleConditionEvent(
                                            type,
                                            bodiesAreGuarded(model, method),
                                            where(type, method) + " starts an unguarded thread"));
                        }
                    }
                }
            };

    private Bytecode() {}

    /** Whether the method makes the threads' bodies itself, each with a handler for Throwable. */
    private static boolean bodiesAreGuarded(ClassModel model, MethodModel method) {
        var bodies = instructions(method).flatMap(Bytecode::runnableBody).toList();
        return !bodies.isEmpty()
                && bodies.stream()
                        .allMatch(
                                body ->
                                        model.methods().stream()
                                                .filter(
                                                        candidate ->
                                                                candidate
                                                                        .methodName()
                                                                        .equalsString(
                                                                                body.methodName()))
                                                .anyMatch(Bytecode::catchesThrowable));
    }

    private static Stream<DirectMethodHandleDesc> runnableBody(Object element) {
        return element instanceof InvokeDynamicInstruction made
                        && made.typeSymbol().returnType().equals(RUNNABLE)
                        && made.bootstrapArgs().get(1) instanceof DirectMethodHandleDesc body
                ? Stream.of(body)
                : Stream.empty();
    }

    private static boolean catchesThrowable(MethodModel method) {
        return method.code().map(CodeModel::exceptionHandlers).orElse(List.of()).stream()
                .anyMatch(
                        handler ->
                                handler.catchType()
                                        .map(type -> type.asSymbol().equals(THROWABLE))
                                        .orElse(false));
    }

    private static boolean startsAThread(Object element) {
        return element instanceof InvokeInstruction call
                && STARTS.contains(call.owner().asInternalName() + "." + call.name().stringValue());
    }

    private static Stream<?> instructions(MethodModel method) {
        return method.code().stream().flatMap(CodeModel::elementStream);
    }

    private static String where(JavaClass type, MethodModel method) {
        return type.getName() + "." + method.methodName().stringValue();
    }

    private static ClassModel read(JavaClass type) {
        try (var in = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
