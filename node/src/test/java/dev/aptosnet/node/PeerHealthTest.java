package dev.aptosnet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.client.ApplicationHealth;
import dev.aptosnet.ports.client.BreakerState;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.client.PeerHealth;
import dev.aptosnet.ports.client.PeerHealth.Condition;
import dev.aptosnet.ports.client.ProtocolHealth;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.settings.BreakerSettings;
import dev.aptosnet.ports.settings.CallSettings;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** What a node knows of another whose handler gets stuck, and what it does about it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PeerHealthTest {
    private static final ProtocolId STUCK = ProtocolId.NETBENCH_RPC;
    private static final ProtocolId FINE = ProtocolId.PEER_MONITORING_SERVICE_RPC;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger served = new AtomicInteger();
    private volatile boolean stuck;
    private @Nullable AptosNode server;
    private @Nullable AptosNode client;

    @BeforeEach
    void count() {
        Metrics.addRegistry(registry);
        open.add(() -> Metrics.removeRegistry(registry));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private PeerId connect(UnaryOperator<NodeBuilder> settings) throws InterruptedException {
        server =
                settings.apply(AptosNode.builder())
                        .listen("/memory/0")
                        .serve(
                                STUCK,
                                request -> {
                                    served.incrementAndGet();
                                    if (!stuck) {
                                        request.respond(request.payload());
                                    }
                                })
                        .serve(FINE, request -> request.respond(request.payload()))
                        .start();
        open.add(server);
        client =
                settings.apply(AptosNode.builder())
                        .protocols(STUCK, FINE)
                        .seed(server.listenAddress())
                        .start();
        open.add(client);
        return client.awaitPeer(server.peerId(), SOON);
    }

    private AptosNode client() {
        if (client == null) {
            throw new AssertionError("not connected yet");
        }
        return client;
    }

    private void call(PeerId peer, ProtocolId protocol, Duration limit)
            throws InterruptedException {
        client().client().sendToPeerRpc(peer, protocol, Bytes.utf8("12345"), limit);
    }

    private NetworkException failure(PeerId peer, Duration limit) throws InterruptedException {
        try {
            call(peer, STUCK, limit);
        } catch (NetworkException e) {
            return e;
        }
        throw new AssertionError("the call was answered");
    }

    private PeerHealth health(PeerId peer) {
        return client().health(peer).orElseThrow();
    }

    private ProtocolHealth of(PeerId peer, ProtocolId protocol) {
        return health(peer).protocols().stream()
                .filter(p -> p.protocol().equals(protocol))
                .findFirst()
                .orElseThrow();
    }

    private double metric(String name, String... labels) {
        return registry.get(name)
                .tags("peer_id", client().peerId().shortText())
                .tags(labels)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    @Test
    void callsToAStuckHandlerFailAtOnceUntilItServesAgainAndNothingElseIsAffected()
            throws Exception {
        var breaker =
                BreakerSettings.DEFAULT.withOpen(Duration.ofMillis(300), Duration.ofMillis(300));
        PeerId peer = connect(node -> node.circuitBreaker(breaker));
        for (var i = 0; i < 20; i++) {
            call(peer, STUCK, SOON);
        }
        assertThat(health(peer).condition()).isEqualTo(Condition.HEALTHY);

        stuck = true;
        NetworkException failure = failure(peer, SHORT);
        var failures = 1;
        for (; failure instanceof NetworkException.TimedOut; failures++) {
            failure = failure(peer, SHORT);
        }
        assertThat(failure).isInstanceOf(NetworkException.CircuitOpen.class);
        assertThat(failures).isLessThanOrEqualTo(21);
        var servedBefore = served.get();
        var begun = System.nanoTime();
        for (var i = 0; i < 100 && System.nanoTime() - begun < 200_000_000; i++) {
            assertThat(failure(peer, SHORT)).isInstanceOf(NetworkException.CircuitOpen.class);
        }
        assertThat(served).hasValue(servedBefore);
        call(peer, FINE, SOON);

        assertThat(health(peer).condition()).isEqualTo(Condition.DEGRADED);
        assertThat(of(peer, STUCK).breaker()).isEqualTo(BreakerState.OPEN);
        assertThat(of(peer, STUCK).timedOut()).isGreaterThanOrEqualTo(10);
        assertThat(of(peer, FINE).breaker()).isEqualTo(BreakerState.CLOSED);
        assertThat(metric("aptosnet_circuit_breakers", "state", "open")).isOne();
        assertThat(metric("aptosnet_circuit_breaker_open_peers")).isOne();
        assertThat(metric("aptosnet_peers_by_condition", "condition", "degraded")).isOne();
        assertThat(
                        metric(
                                "aptosnet_circuit_breaker_short_circuited_total",
                                "protocol_id",
                                "NetbenchRpc"))
                .isGreaterThan(0);
        assertThat(metric("aptosnet_rpc_failures_total", "kind", "timed_out"))
                .isGreaterThanOrEqualTo(10);

        stuck = false;
        var answered = 0;
        while (of(peer, STUCK).breaker() != BreakerState.CLOSED) {
            try {
                call(peer, STUCK, SOON);
                answered++;
            } catch (NetworkException.CircuitOpen _) {
                Thread.sleep(10);
            }
        }
        assertThat(answered).isEqualTo(breaker.probes());
        assertThat(client().peers()).hasSize(1);
        assertThat(metric("aptosnet_circuit_breaker_open_peers")).isZero();
    }

    @Test
    void aPeerThatHasAlwaysBeenQuickIsNotWaitedForAsLongAsTheCallerWould() throws Exception {
        var calls = CallSettings.DEFAULT.withBounds(Duration.ofMillis(100), Duration.ofSeconds(2));
        PeerId peer = connect(node -> node.calls(calls));
        for (var i = 0; i < 20; i++) {
            call(peer, STUCK, SOON);
        }
        stuck = true;
        var failure = failure(peer, Duration.ofMinutes(1));
        assertThat(failure)
                .isInstanceOf(NetworkException.TimedOut.class)
                .hasMessageContaining("rpc_deadlines.adaptive");
        assertThat(metric("aptosnet_rpc_failures_total", "kind", "timed_out_early")).isOne();
        assertThat(metric("aptosnet_rpc_time_saved_seconds_total")).isBetween(50.0, 60.0);
    }

    @Test
    void aRequestIsServedForAsLongAsItsProtocolMayTake() throws Exception {
        var calls = CallSettings.APTOS_CORE.withServed(STUCK, SHORT);
        PeerId peer = connect(node -> node.calls(calls));
        stuck = true;
        assertThat(failure(peer, SOON))
                .isInstanceOf(NetworkException.Refused.class)
                .hasMessageContaining("EXPIRED");
        assertThat(metric("aptosnet_rpc_failures_total", "kind", "refused_expired")).isOne();
    }

    @Test
    void whereTheFirstPeerIsSlowTheSecondAnswers() throws Exception {
        PeerId slow = connect(node -> node);
        AptosNode quick =
                AptosNode.builder()
                        .listen("/memory/0")
                        .serve(STUCK, request -> request.respond(Bytes.utf8("quick")))
                        .start();
        open.add(quick);
        client().addSeed(quick.listenAddress());
        client().awaitPeer(quick.peerId(), SOON);
        for (var i = 0; i < 20; i++) {
            call(slow, STUCK, SOON);
        }
        // What takes longer than the twenty before goes to the second too, so either may answer.
        assertThat(either(slow, quick.peerId())).isIn(Bytes.utf8("12345"), Bytes.utf8("quick"));
        stuck = true;
        assertThat(either(slow, quick.peerId())).isEqualTo(Bytes.utf8("quick"));
        assertThat(metric("aptosnet_rpc_hedges_total", "answered_by", "second")).isPositive();
        assertThat(either(PeerId.parse("0x1"), quick.peerId())).isEqualTo(Bytes.utf8("quick"));
        assertThatThrownBy(() -> either(PeerId.parse("0x1"), PeerId.parse("0x2")))
                .isInstanceOf(NetworkException.NotConnected.class);
        assertThat(of(slow, STUCK).breaker()).isEqualTo(BreakerState.CLOSED);
    }

    private Bytes either(PeerId first, PeerId second) throws InterruptedException {
        return client().client()
                .sendToEitherPeerRpc(
                        first, second, STUCK, Bytes.utf8("12345"), Duration.ofSeconds(30));
    }

    @Test
    void aCallToSomebodyWhoIsNotConnectedFailsAtOnceAndIsCounted() throws Exception {
        connect(node -> node);
        assertThatThrownBy(() -> call(PeerId.parse("0x1"), STUCK, SOON))
                .isInstanceOf(NetworkException.NotConnected.class);
        assertThat(metric("aptosnet_rpc_failures_total", "kind", "not_connected")).isOne();
    }

    @Test
    void theScoreRisesWithWhatIsKnownAndIsForgottenWithTheConnection() throws Exception {
        PeerId peer = connect(node -> node);
        for (var i = 0; i < 20; i++) {
            call(peer, STUCK, SOON);
        }
        while (health(peer).roundTrip() == null) {
            Thread.sleep(5);
        }
        var health = health(peer);
        assertThat(health.score()).isBetween(50.0, 100.0);
        assertThat(client().healths()).hasSize(1);
        assertThat(client().client().health(peer)).isPresent();
        assertThat(metric("aptosnet_peer_health_score", "stat", "median")).isBetween(50.0, 100.0);
        assertThat(of(peer, STUCK).calls()).isEqualTo(20);
        assertThat(of(peer, STUCK).successRate()).isOne();
        assertThat(of(peer, STUCK).latency()).isNotNull();
        assertThat(of(peer, STUCK).p99()).isNotNull();
        assertThat(of(peer, STUCK).sinceIn()).isNotNull();
        assertThat(of(peer, STUCK).sinceOut()).isNotNull();
        assertThat(client().health(PeerId.parse("0x1"))).isEmpty();
    }

    @Test
    void anApplicationIsStuckWhenItSaysNothing() throws Exception {
        connect(node -> node);
        var signal = client().healthSignal("consensus", Duration.ofSeconds(30));
        assertThat(client().applications()).containsEntry("consensus", ApplicationHealth.OK);
        signal.report(ApplicationHealth.DEGRADED);
        assertThat(client().applications()).containsEntry("consensus", ApplicationHealth.DEGRADED);
        assertThat(metric("aptosnet_application_health", "application", "consensus")).isOne();
        client().healthSignal("quiet", Duration.ofNanos(1));
        while (client().applications().get("quiet") != ApplicationHealth.STUCK) {
            Thread.sleep(1);
        }
        assertThatThrownBy(() -> client().healthSignal("quiet", SOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quiet");
    }
}
