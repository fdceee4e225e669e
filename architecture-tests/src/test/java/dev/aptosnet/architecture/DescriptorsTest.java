package dev.aptosnet.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.util.List;
import java.util.Set;

class DescriptorsTest {
    @Test
    void everyPublishedModuleIsANamedModule() throws Exception {
        assertThat(Descriptors.found()).containsOnlyKeys(Descriptors.published());
    }

    @Test
    void descriptorsSayNothingTheyShouldNot() throws Exception {
        assertThat(Descriptors.found().values()).flatExtracting(Descriptors::complaints).isEmpty();
    }

    @Test
    void openModuleIsCaught() {
        var module = ModuleDescriptor.newOpenModule("dev.aptosnet.ports").build();

        assertThat(Descriptors.complaints(module)).containsExactly("dev.aptosnet.ports is open");
    }

    @Test
    void packageOpenToEveryModuleIsCaught() {
        var module =
                ModuleDescriptor.newModule("dev.aptosnet.bootstrap")
                        .opens("dev.aptosnet.bootstrap")
                        .opens("dev.aptosnet.bootstrap.config", Set.of("tools.jackson.databind"))
                        .build();

        assertThat(Descriptors.complaints(module))
                .containsExactly(
                        "dev.aptosnet.bootstrap opens dev.aptosnet.bootstrap to every" + " module");
    }

    @Test
    void domainThatRequiresAnythingElseIsCaught() {
        var module =
                ModuleDescriptor.newModule("dev.aptosnet.domain")
                        .requires(Set.of(Requires.Modifier.TRANSITIVE), "dev.aptosnet.ports")
                        .requires("dev.aptosnet.noise")
                        .build();

        assertThat(Descriptors.complaints(module))
                .containsExactly("dev.aptosnet.domain requires dev.aptosnet.noise");
    }

    @Test
    void adapterThatExportsOrProvidesNothingIsCaught() {
        var module =
                ModuleDescriptor.newModule("dev.aptosnet.adapter.tcpnoise")
                        .exports("dev.aptosnet.adapter.tcpnoise")
                        .build();

        assertThat(Descriptors.complaints(module))
                .containsExactly(
                        "dev.aptosnet.adapter.tcpnoise exports dev.aptosnet.adapter.tcpnoise",
                        "dev.aptosnet.adapter.tcpnoise provides nothing");
    }

    @Test
    void adapterThatProvidesItsTransportIsFine() {
        var module =
                ModuleDescriptor.newModule("dev.aptosnet.adapter.tcpnoise")
                        .requires("io.netty.transport")
                        .provides(
                                "dev.aptosnet.ports.transport.TransportProvider",
                                List.of("dev.aptosnet.adapter.tcpnoise.Provider"))
                        .packages(Set.of("dev.aptosnet.adapter.tcpnoise"))
                        .build();

        assertThat(Descriptors.complaints(module)).isEmpty();
    }

    @Test
    void innerPackageThatIsExportedToEveryModuleIsCaught() {
        var node =
                ModuleDescriptor.newModule("dev.aptosnet.node")
                        .exports("dev.aptosnet.node")
                        .exports("dev.aptosnet.node.network")
                        .build();
        var domain =
                ModuleDescriptor.newModule("dev.aptosnet.domain")
                        .exports("dev.aptosnet.domain.send", Set.of("dev.aptosnet.node"))
                        .exports("dev.aptosnet.domain.health")
                        .build();

        assertThat(Descriptors.complaints(node))
                .containsExactly("dev.aptosnet.node exports dev.aptosnet.node.network");
        assertThat(Descriptors.complaints(domain))
                .containsExactly("dev.aptosnet.domain exports dev.aptosnet.domain.health");
    }
}
