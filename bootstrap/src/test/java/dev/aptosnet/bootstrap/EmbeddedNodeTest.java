package dev.aptosnet.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.util.Modules;

import dev.aptosnet.bootstrap.config.NodeConfig;
import dev.aptosnet.node.AptosNode;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A node inside the injector of an application that has bindings of its own. */
@Timeout(60)
class EmbeddedNodeTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ValidatorSetFeed feed = new ValidatorSetFeed();
    private final AtomicLong wallAsked = new AtomicLong();

    /** Something that the application has and the node knows nothing of. */
    record Greeting(String text) {}

    private final class Application extends AbstractModule {
        @Override
        protected void configure() {
            bind(Greeting.class).toInstance(new Greeting("hello"));
            OptionalBinder.newOptionalBinder(binder(), MeterRegistry.class)
                    .setBinding()
                    .toInstance(registry);
            OptionalBinder.newOptionalBinder(binder(), ValidatorSetFeed.class)
                    .setBinding()
                    .toInstance(feed);
            OptionalBinder.newOptionalBinder(binder(), Clock.class)
                    .setBinding()
                    .toInstance(new CountedClock());
            Multibinder.newSetBinder(binder(), NodeFeature.class)
                    .addBinding()
                    .toInstance(builder -> builder.protocols(ProtocolId.NETBENCH_RPC));
        }
    }

    private final class CountedClock implements Clock {
        private final Clock system = Clock.system();

        @Override
        public MonoTime now() {
            return system.now();
        }

        @Override
        public long wallMillis() {
            wallAsked.incrementAndGet();
            return system.wallMillis();
        }
    }

    @TempDir private Path dir;

    private NodeConfig config() {
        var file = dir.resolve("node.yaml");
        try {
            Files.writeString(
                    file,
                    """
                    base:
                      role: full_node
                      chain_id: 4
                    full_node_networks:
                      - network_id: public
                        listen_address: /ip4/127.0.0.1/tcp/0
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return NodeConfig.read(file);
    }

    /** The node dials, for which Noise wants the time of day. */
    private static void connect(AptosNode node) throws InterruptedException {
        try (var other =
                AptosNode.builder()
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .protocols(ProtocolId.NETBENCH_RPC)
                        .start()) {
            node.connect(other.peerId(), other.listenAddress(), Duration.ofSeconds(20));
        }
    }

    private Injector injector() {
        return Guice.createInjector(new Application(), new AptosNetModule(config()));
    }

    @Test
    void theApplicationsBindingsTakeThePlaceOfTheNodes() throws Exception {
        var injector = injector();
        try (var lifecycle = injector.getInstance(NodeLifecycle.class)) {
            var node = lifecycle.start();
            connect(node);
            assertThat(registry.find("aptos_connections").meters()).isNotEmpty();
            assertThat(wallAsked).hasPositiveValue();
            assertThat(injector.getInstance(ValidatorSetFeed.class)).isSameAs(feed);
            assertThat(injector.getInstance(Greeting.class).text()).isEqualTo("hello");
        }
        assertThat(registry.find("aptos_connections").meters()).isEmpty();
    }

    @Test
    void anInjectorThatIsMadeOpensNothing() {
        var injector = injector();
        var _ = injector.getInstance(NodeLifecycle.class);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void anyBindingIsOverridden() throws Exception {
        var module =
                Modules.override(new AptosNetModule(config()))
                        .with(
                                new AbstractModule() {
                                    @Override
                                    protected void configure() {
                                        bind(MeterRegistry.class).toInstance(registry);
                                    }
                                });
        try (var lifecycle = Guice.createInjector(module).getInstance(NodeLifecycle.class)) {
            lifecycle.start();
            assertThat(registry.find("aptos_connections").meters()).isNotEmpty();
        }
    }

    @Test
    void aNodeStartsOnce() {
        try (var lifecycle = injector().getInstance(NodeLifecycle.class)) {
            lifecycle.start();
            assertThatThrownBy(lifecycle::start).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aFeatureThatThrowsFailsTheStartAndLeavesNothingOpen() {
        var injector =
                Guice.createInjector(
                        new Application(),
                        new AptosNetModule(
                                config(),
                                _ -> {
                                    throw new IllegalStateException("planted");
                                }));
        try (var lifecycle = injector.getInstance(NodeLifecycle.class)) {
            assertThatThrownBy(lifecycle::start).hasMessage("planted");
        }
        assertThat(registry.getMeters()).isEmpty();
    }
}
