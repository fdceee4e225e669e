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
    private static final String TCP_NOISE = "dev.aptosnet.adapter.tcpnoise..";
    private static final String QUIC = "dev.aptosnet.adapter.quic..";
    private static final String DISCOVERY = "dev.aptosnet.adapter.discovery..";
    private static final String ADAPTERS = "dev.aptosnet.adapter..";
    private static final String BOOTSTRAP = "dev.aptosnet.bootstrap..";

    private static final String[] JACKSON = {
        "tools.jackson..", "com.fasterxml.jackson..", "org.snakeyaml..",
    };

    private static final String[] OF_THE_NODE_ALONE = {
        "com.google..",
        "jakarta.inject..",
        "io.micrometer..",
        "io.prometheus..",
        "picocli..",
        "net.jpountz..",
        "org.slf4j..",
        "ch.qos.logback..",
    };

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
                        "the TCP adapter depends on ports, noise and Netty",
                        TCP_NOISE,
                        PORTS,
                        NOISE,
                        "io.netty.."),
                onlyDependsOn(
                        "the QUIC adapter depends on ports, noise, Kwik and cryptography",
                        QUIC,
                        PORTS,
                        NOISE,
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
                onlyDependsOn("the relay depends on nothing", "dev.aptosnet.relay.."),
                onlyDependsOn(
                        "the testkit depends on ports, the relay, the JDK and test libraries",
                        "dev.aptosnet.testkit..",
                        PORTS,
                        "dev.aptosnet.relay..",
                        "javax.crypto..",
                        "com.sun.management..",
                        "org.junit.jupiter..",
                        "org.assertj..",
                        "org.opentest4j.."),
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
                        "only the node and discovery see Jackson",
                        resideOutsideOfPackages(BOOTSTRAP, DISCOVERY),
                        "dev.aptosnet.noise.planted.jackson",
                        JACKSON),
                neverSees(
                        "only the node sees Guice, Micrometer, picocli, LZ4 and logging",
                        resideOutsideOfPackages(BOOTSTRAP),
                        "dev.aptosnet.noise.planted.node",
                        OF_THE_NODE_ALONE),
                neverSees(
                        "nobody reaches for JDK internals or java.util.logging",
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
                        resideOutsideOfPackages("dev.aptosnet.bootstrap.cli.."),
                        classes()
                                .that(resideOutsideOfPackages("dev.aptosnet.bootstrap.cli.."))
                                .should(Conventions.HAVE_NO_GETTERS),
                        "dev.aptosnet.planted.getters"),
                new Rule(
                        "only the command line prints",
                        resideOutsideOfPackages("dev.aptosnet.bootstrap.cli.."),
                        noClasses()
                                .that(resideOutsideOfPackages("dev.aptosnet.bootstrap.cli.."))
                                .should(Conventions.PRINT),
                        "dev.aptosnet.planted.prints"),
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
