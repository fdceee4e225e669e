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

    /** What a module may require; null for the module that may require everything. */
    private static final Map<String, Set<String>> MAY_REQUIRE =
            Map.of(
                    "dev.aptosnet.ports",
                    Set.of(),
                    "dev.aptosnet.domain",
                    Set.of("dev.aptosnet.ports"),
                    "dev.aptosnet.simulation",
                    Set.of("dev.aptosnet.ports", "dev.aptosnet.domain"),
                    "dev.aptosnet.relay",
                    Set.of(),
                    "dev.aptosnet.noise",
                    Set.of("dev.aptosnet.ports", "org.bouncycastle.provider"),
                    "dev.aptosnet.adapter.discovery",
                    Set.of(
                            "dev.aptosnet.ports",
                            "java.net.http",
                            "tools.jackson.core",
                            "tools.jackson.dataformat.yaml"),
                    "dev.aptosnet.adapter.quic",
                    Set.of(
                            "dev.aptosnet.ports",
                            "dev.aptosnet.noise",
                            "org.bouncycastle.pkix",
                            "org.bouncycastle.provider",
                            "tech.kwik.core"),
                    "dev.aptosnet.adapter.tcpnoise",
                    Set.of(
                            "dev.aptosnet.ports",
                            "dev.aptosnet.noise",
                            "io.netty.buffer",
                            "io.netty.common",
                            "io.netty.handler",
                            "io.netty.resolver",
                            "io.netty.transport",
                            "io.netty.transport.classes.epoll"));

    private static final String BOOTSTRAP = "dev.aptosnet.bootstrap";

    /** What of the node an application may use: the entry point, and codecs for its payloads. */
    private static final Set<String> PUBLIC_PACKAGES =
            Set.of(BOOTSTRAP, "dev.aptosnet.bootstrap.codec");

    private Descriptors() {}

    /** The published modules. */
    static Set<String> published() {
        var names = new TreeSet<>(MAY_REQUIRE.keySet());
        names.add(BOOTSTRAP);
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
                complaints.add(name + " opens " + opens.source() + " to everybody");
            }
        }
        var required = module.requires().stream().map(Requires::name).collect(Collectors.toSet());
        required.removeAll(ALWAYS);
        if (!name.equals(BOOTSTRAP)) {
            required.removeAll(MAY_REQUIRE.getOrDefault(name, Set.of()));
            required.forEach(other -> complaints.add(name + " requires " + other));
        }
        var exported = module.exports().stream().filter(e -> !e.isQualified()).map(Exports::source);
        if (name.startsWith("dev.aptosnet.adapter.")) {
            exported.forEach(source -> complaints.add(name + " exports " + source));
            if (module.provides().isEmpty()) {
                complaints.add(name + " provides nothing");
            }
        } else if (name.equals(BOOTSTRAP)) {
            exported.filter(source -> !PUBLIC_PACKAGES.contains(source))
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
