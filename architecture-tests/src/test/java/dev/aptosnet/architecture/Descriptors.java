package dev.aptosnet.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What each published module's descriptor may say. */
final class Descriptors {
    private static final Set<String> ALWAYS = Set.of("java.base", "org.jspecify");

    private static final String PORTS = "dev.aptosnet.ports";
    private static final String DOMAIN = "dev.aptosnet.domain";
    private static final String NOISE = "dev.aptosnet.noise";
    private static final String TRANSPORT_SUPPORT = "dev.aptosnet.transport.support";
    private static final String NODE = "dev.aptosnet.node";
    private static final String BOOTSTRAP = "dev.aptosnet.bootstrap";
    private static final String CLI = "dev.aptosnet.cli";

    /** What a module may require; the command line, which may require everything, is not here. */
    private static final Map<String, Set<String>> MAY_REQUIRE =
            Map.ofEntries(
                    Map.entry(PORTS, Set.of()),
                    Map.entry(DOMAIN, Set.of(PORTS)),
                    Map.entry("dev.aptosnet.simulation", Set.of(PORTS, DOMAIN)),
                    Map.entry(
                            "dev.aptosnet.testkit",
                            Set.of(
                                    PORTS,
                                    "jdk.management",
                                    "org.assertj.core",
                                    "org.junit.jupiter.api",
                                    "org.junit.jupiter.params",
                                    "org.opentest4j")),
                    Map.entry(NOISE, Set.of(PORTS, "org.bouncycastle.provider")),
                    Map.entry(TRANSPORT_SUPPORT, Set.of(PORTS, NOISE)),
                    Map.entry(
                            "dev.aptosnet.adapter.discovery",
                            Set.of(
                                    PORTS,
                                    "java.net.http",
                                    "tools.jackson.core",
                                    "tools.jackson.dataformat.yaml")),
                    Map.entry(
                            "dev.aptosnet.adapter.memory", Set.of(PORTS, NOISE, TRANSPORT_SUPPORT)),
                    Map.entry(
                            "dev.aptosnet.adapter.quic",
                            Set.of(
                                    PORTS,
                                    NOISE,
                                    TRANSPORT_SUPPORT,
                                    "org.bouncycastle.pkix",
                                    "org.bouncycastle.provider",
                                    "tech.kwik.core")),
                    Map.entry(
                            "dev.aptosnet.adapter.tcpnoise",
                            Set.of(
                                    PORTS,
                                    NOISE,
                                    TRANSPORT_SUPPORT,
                                    "io.netty.buffer",
                                    "io.netty.common",
                                    "io.netty.handler",
                                    "io.netty.resolver",
                                    "io.netty.transport",
                                    "io.netty.transport.classes.epoll")),
                    Map.entry(
                            NODE, Set.of(PORTS, DOMAIN, NOISE, "micrometer.core", "org.lz4.java")),
                    Map.entry(
                            BOOTSTRAP,
                            Set.of(
                                    PORTS,
                                    DOMAIN,
                                    NOISE,
                                    NODE,
                                    "com.google.guice",
                                    "jakarta.inject",
                                    "micrometer.core",
                                    "tools.jackson.core",
                                    "tools.jackson.databind",
                                    "tools.jackson.dataformat.yaml")));

    /** What these modules export to every module; the rest goes to named modules of ours. */
    private static final Map<String, Set<String>> EXPORTED_TO_ALL =
            Map.of(
                    DOMAIN,
                    Set.of("dev.aptosnet.domain.wire"),
                    NOISE,
                    Set.of(),
                    NODE,
                    Set.of(NODE, "dev.aptosnet.node.codec"),
                    BOOTSTRAP,
                    Set.of(BOOTSTRAP, "dev.aptosnet.bootstrap.config"),
                    CLI,
                    Set.of());

    private Descriptors() {}

    /** The published modules. */
    static Set<String> published() {
        var names = new TreeSet<>(MAY_REQUIRE.keySet());
        names.add(CLI);
        return names;
    }

    /** Our descriptors on the class path, by name. */
    static Map<String, ModuleDescriptor> found() throws IOException {
        var found = new TreeMap<String, ModuleDescriptor>();
        var loader = Descriptors.class.getClassLoader();
        for (var url : Collections.list(loader.getResources("module-info.class"))) {
            var descriptor = read(url);
            if (descriptor.name().startsWith("dev.aptosnet.")) {
                found.put(descriptor.name(), descriptor);
            }
        }
        return found;
    }

    /** What is wrong with a descriptor; empty for nothing. */
    static List<String> complaints(ModuleDescriptor module) {
        var complaints = new ArrayList<String>();
        var name = module.name();
        if (module.isOpen()) {
            complaints.add(name + " is open");
        }
        for (var opens : module.opens()) {
            if (!opens.isQualified()) {
                complaints.add(name + " opens " + opens.source() + " to every module");
            }
        }
        var required = module.requires().stream().map(Requires::name).collect(Collectors.toSet());
        required.removeAll(ALWAYS);
        if (!name.equals(CLI)) {
            required.removeAll(MAY_REQUIRE.getOrDefault(name, Set.of()));
            required.forEach(other -> complaints.add(name + " requires " + other));
        }
        var exported = module.exports().stream().filter(e -> !e.isQualified()).map(Exports::source);
        if (name.startsWith("dev.aptosnet.adapter.")) {
            exported.forEach(source -> complaints.add(name + " exports " + source));
            if (module.provides().isEmpty()) {
                complaints.add(name + " provides nothing");
            }
        } else if (EXPORTED_TO_ALL.containsKey(name)) {
            exported.filter(source -> !EXPORTED_TO_ALL.get(name).contains(source))
                    .forEach(source -> complaints.add(name + " exports " + source));
        }
        return complaints;
    }

    private static ModuleDescriptor read(URL url) {
        try (var in = url.openStream()) {
            return ModuleDescriptor.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
