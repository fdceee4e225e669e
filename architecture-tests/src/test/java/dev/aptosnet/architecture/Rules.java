package dev.aptosnet.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All rules. Planted violations lie beside, in the packages that the rules speak of. */
final class Rules {
    private static final String PORTS = "dev.aptosnet.ports..";
    private static final String DOMAIN = "dev.aptosnet.domain..";
    private static final String NOISE = "dev.aptosnet.noise..";
    private static final String SIMULATION = "dev.aptosnet.simulation..";
    private static final String TRANSPORT_SUPPORT = "dev.aptosnet.transport.support..";
    private static final String TCP_NOISE = "dev.aptosnet.adapter.tcpnoise..";
    private static final String QUIC = "dev.aptosnet.adapter.quic..";
    private static final String MEMORY = "dev.aptosnet.adapter.memory..";
    private static final String DISCOVERY = "dev.aptosnet.adapter.discovery..";
    private static final String ADAPTERS = "dev.aptosnet.adapter..";
    private static final String NODE = "dev.aptosnet.node..";
    private static final String BOOTSTRAP = "dev.aptosnet.bootstrap..";
    private static final String CLI = "dev.aptosnet.cli..";

    private static final String[] JACKSON = {
        "tools.jackson..", "com.fasterxml.jackson..", "org.snakeyaml..",
    };

    private static final String[] GUICE = {"com.google..", "jakarta.inject.."};

    private static final String[] METRICS_AND_COMPRESSION = {
        "io.micrometer..", "io.prometheus..", "net.jpountz..",
    };

    private static final String[] COMMAND_LINE = {"picocli..", "org.slf4j..", "ch.qos.logback.."};

    private static final DescribedPredicate<JavaClass> RESOLVE_NAMES_OR_RUN_THREADS =
            DescribedPredicate.describe(
                    "resolve names or run threads",
                    type ->
                            type.getName().startsWith("java.lang.Thread")
                                    || type.getName().equals("java.util.Timer")
                                    || type.getName().equals("java.net.InetAddress")
                                    || type.getName()
                                            .matches("java\\.util\\.concurrent\\..*Execut.*"));

    private static final DescribedPredicate<JavaClass> RUNS_BESIDE_OTHERS =
            resideInAnyPackage(NODE, ADAPTERS, TRANSPORT_SUPPORT);

    private static final DescribedPredicate<JavaClass> EVERYTHING =
            resideInAPackage("dev.aptosnet..");

    private Rules() {}

    static List<Rule> all() {
        var all = new ArrayList<Rule>();
        all.addAll(directions());
        all.addAll(Purity.rules());
        all.addAll(house());
        return all;
    }

    private static List<Rule> directions() {
        return List.of(
                onlyDependsOn("ports depend on nothing", PORTS),
                onlyDependsOn("the domain depends on ports alone", DOMAIN, PORTS),
                onlyDependsOn(
                        "the simulator depends on the domain and ports alone",
                        SIMULATION,
                        DOMAIN,
                        PORTS),
                onlyDependsOn(
                        "noise depends on ports and cryptography",
                        NOISE,
                        PORTS,
                        "javax.crypto..",
                        "org.bouncycastle.."),
                onlyDependsOn(
                        "transport-support depends on ports and noise",
                        TRANSPORT_SUPPORT,
                        PORTS,
                        NOISE),
                onlyDependsOn(
                        "the TCP adapter depends on ports, noise, transport-support and Netty",
                        TCP_NOISE,
                        PORTS,
                        NOISE,
                        TRANSPORT_SUPPORT,
                        "io.netty.."),
                onlyDependsOn(
                        "the memory adapter depends on ports, noise and transport-support",
                        MEMORY,
                        PORTS,
                        NOISE,
                        TRANSPORT_SUPPORT),
                onlyDependsOn(
                        "the QUIC adapter depends on ports, noise, transport-support, Kwik and"
                                + " cryptography",
                        QUIC,
                        PORTS,
                        NOISE,
                        TRANSPORT_SUPPORT,
                        "tech.kwik..",
                        "javax.net.ssl..",
                        "org.bouncycastle.."),
                onlyDependsOn(
                        "the discovery adapter depends on ports, HTTP, HMAC and Jackson",
                        DISCOVERY,
                        PORTS,
                        "javax.crypto..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.."),
                onlyDependsOn(
                        "the node depends on ports, the domain, noise, Micrometer and LZ4",
                        NODE,
                        PORTS,
                        DOMAIN,
                        NOISE,
                        "io.micrometer.core..",
                        "net.jpountz.."),
                onlyDependsOn(
                        "bootstrap depends on the node, Guice and Jackson",
                        BOOTSTRAP,
                        NODE,
                        PORTS,
                        DOMAIN,
                        NOISE,
                        "io.micrometer.core..",
                        "com.google.inject..",
                        "jakarta.inject..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.."),
                onlyDependsOn(
                        "the testkit depends on ports, the JDK and test libraries",
                        "dev.aptosnet.testkit..",
                        PORTS,
                        "javax.crypto..",
                        "com.sun.management..",
                        "org.junit.jupiter..",
                        "org.assertj..",
                        "org.opentest4j.."),
                onlyDependsOn("the relay depends on the JDK alone", "dev.aptosnet.testkit.relay.."),
                new Rule(
                        "adapters do not see each other",
                        resideInAPackage(ADAPTERS),
                        slices().matching("dev.aptosnet.adapter.(*)..")
                                .should()
                                .notDependOnEachOther(),
                        "dev.aptosnet.adapter"),
                neverSees(
                        "only the TCP adapter sees Netty",
                        resideOutsideOfPackages(TCP_NOISE),
                        "dev.aptosnet.bootstrap.planted.netty",
                        "io.netty.."),
                neverSees(
                        "only the QUIC adapter sees Kwik",
                        resideOutsideOfPackages(QUIC),
                        "dev.aptosnet.bootstrap.planted.kwik",
                        "tech.kwik.."),
                neverSees(
                        "only bootstrap, discovery and the command line see Jackson",
                        resideOutsideOfPackages(BOOTSTRAP, DISCOVERY, CLI),
                        "dev.aptosnet.noise.planted.jackson",
                        JACKSON),
                neverSees(
                        "only bootstrap sees Guice",
                        resideOutsideOfPackages(BOOTSTRAP),
                        "dev.aptosnet.noise.planted.guice",
                        GUICE),
                neverSees(
                        "only the node, bootstrap and the command line see Micrometer and LZ4",
                        resideOutsideOfPackages(NODE, BOOTSTRAP, CLI),
                        "dev.aptosnet.noise.planted.metrics",
                        METRICS_AND_COMPRESSION),
                neverSees(
                        "only the command line sees picocli and a logging back end",
                        resideOutsideOfPackages(CLI),
                        "dev.aptosnet.node.planted.logging",
                        COMMAND_LINE),
                new Rule(
                        "ports resolve no names and start no threads",
                        resideInAPackage(PORTS),
                        noClasses()
                                .that(resideInAPackage(PORTS))
                                .should()
                                .dependOnClassesThat(RESOLVE_NAMES_OR_RUN_THREADS),
                        "dev.aptosnet.ports.planted.world"),
                neverSees(
                        "no class uses JDK internals or java.util.logging",
                        EVERYTHING,
                        "dev.aptosnet.bootstrap.planted.internals",
                        "java.util.logging..",
                        "sun..",
                        "jdk.internal.."));
    }

    private static List<Rule> house() {
        return List.of(
                new Rule(
                        "public signatures name no library's types",
                        PublicSignatures.PUBLIC_API,
                        classes()
                                .that(PublicSignatures.PUBLIC_API)
                                .should(PublicSignatures.NAME_NO_LIBRARY_TYPES),
                        "dev.aptosnet.ports.planted.signatures"),
                new Rule(
                        "every package is @NullMarked",
                        EVERYTHING,
                        classes().should(Conventions.LIE_IN_A_NULL_MARKED_PACKAGE),
                        "dev.aptosnet.planted.unmarked"),
                new Rule(
                        "no package is named util, impl, dto or the like",
                        EVERYTHING,
                        noClasses()
                                .should()
                                .resideInAnyPackage(
                                        "..util..",
                                        "..utils..",
                                        "..impl..",
                                        "..dto..",
                                        "..common..",
                                        "..helper..",
                                        "..misc.."),
                        "dev.aptosnet.planted.util"),
                new Rule(
                        "no class is named Manager, Util or Helper",
                        EVERYTHING,
                        noClasses().should().haveNameMatching(".*(Manager|Utils?|Helper|Impl)"),
                        "dev.aptosnet.planted.names"),
                new Rule(
                        "accessors have no get prefix",
                        resideOutsideOfPackages(CLI),
                        classes()
                                .that(resideOutsideOfPackages(CLI))
                                .should(Conventions.HAVE_NO_GETTERS),
                        "dev.aptosnet.planted.getters"),
                new Rule(
                        "only the command line prints",
                        resideOutsideOfPackages(CLI),
                        noClasses().that(resideOutsideOfPackages(CLI)).should(Conventions.PRINT),
                        "dev.aptosnet.planted.prints"),
                new Rule(
                        "the domain has no synchronized code",
                        resideInAPackage(DOMAIN),
                        noClasses().that(resideInAPackage(DOMAIN)).should(Bytecode.SYNCHRONIZE),
                        "dev.aptosnet.domain.planted.synchronization"),
                new Rule(
                        "the body of every thread catches Throwable",
                        RUNS_BESIDE_OTHERS,
                        classes().that(RUNS_BESIDE_OTHERS).should(Bytecode.GUARD_THEIR_THREADS),
                        "dev.aptosnet.node.planted.threads"),
                new Rule(
                        "no simple name stands for two classes",
                        EVERYTHING,
                        classes().should(Conventions.HAVE_A_NAME_OF_THEIR_OWN),
                        "dev.aptosnet.planted.twice"),
                new Rule(
                        "packages form no cycles",
                        EVERYTHING,
                        slices().matching("dev.aptosnet.(**)").should().beFreeOfCycles(),
                        "dev.aptosnet.planted.cycle"));
    }

    /** {@code of} sees itself, the JDK's base, JSpecify and {@code others}; nothing else. */
    private static Rule onlyDependsOn(String name, String of, String... others) {
        var allowed = new ArrayList<>(List.of(of, "java..", "org.jspecify.."));
        allowed.addAll(Arrays.asList(others));
        return new Rule(
                name,
                resideInAPackage(of),
                classes()
                        .that()
                        .resideInAPackage(of)
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(allowed.toArray(String[]::new))),
                of.replace("..", ".planted.direction"));
    }

    private static Rule neverSees(
            String name,
            DescribedPredicate<JavaClass> subjects,
            String planted,
            String... packages) {
        return new Rule(
                name,
                subjects,
                noClasses()
                        .that(subjects)
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(packages),
                planted);
    }
}
