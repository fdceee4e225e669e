package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.DialId;
import dev.aptosnet.ports.transport.ListenId;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TransportEvent;
import dev.aptosnet.ports.transport.TransportSettings;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Between two hosts of one region: a round trip is 2 ms, without jitter or bad luck. */
class VirtualTransportTest {
    private static final DialId DIAL = new DialId(3);

    private final Run run =
            new Run(
                    new SimSettings(
                            12,
                            5,
                            new Conditions(
                                    0,
                                    125_000_000,
                                    0,
                                    256 << 10,
                                    6 << 20,
                                    1 << 20,
                                    Duration.ofSeconds(30),
                                    Duration.ofSeconds(30))),
                    SimNode::new);
    private final World world = run.world();
    private final VirtualNetwork network = run.network();
    private final Host dialer = network.hosts().get(0);
    private final Host listener = network.hosts().get(10);
    private final List<String> heard = new ArrayList<>();
    private boolean trusts = true;

    @BeforeEach
    void open() {
        dialer.started();
        listener.started();
        open(listener).listen(new ListenId(0), listener.address());
        world.run(Duration.ofMillis(10));
        heard.clear();
    }

    private VirtualTransport open(Host host) {
        return network.transport(
                host,
                TransportSettings.builder(
                                host.peer(),
                                Bytes.wrap(new byte[32]),
                                () -> Bytes.EMPTY,
                                event -> heard.add(text(event)))
                        .authMode(AuthMode.MUTUAL)
                        .trusted(peer -> trusted(peer))
                        .clock(host)
                        .build());
    }

    private Optional<TrustedPeers.TrustedPeer> trusted(PeerId peer) {
        return Optional.ofNullable(run.trusted().get(peer))
                .filter(_ -> trusts)
                .map(host -> new TrustedPeers.TrustedPeer(Set.of(host.key()), PeerRole.VALIDATOR));
    }

    private String text(TransportEvent event) {
        var millis = (world.now().nanos() - 10_000_000) / 1_000_000;
        return switch (event) {
            case TransportEvent.Dialed(_, var link) -> millis + " dialed " + link.info().id();
            case TransportEvent.Accepted(_, var link) -> millis + " accepted " + link.info().id();
            case TransportEvent.DialFailed(_, var failure) -> millis + " " + failure.reason();
            default -> millis + " " + event.getClass().getSimpleName();
        };
    }

    private VirtualTransport dial() {
        var transport = open(dialer);
        transport.dial(DIAL, listener.peer(), listener.address());
        return transport;
    }

    @Test
    void dialerHasItsLinkAfterTwoRoundTripsAndTheListenerAfterTwoAndAHalf() {
        dial();
        world.run(Duration.ofSeconds(60));

        assertThat(heard).containsExactly("4 dialed #0", "5 accepted #1");
    }

    @Test
    void hostWithoutAProcessRefuses() {
        listener.crash(false);
        dial();
        world.run(Duration.ofSeconds(1));

        assertThat(heard).containsExactly("2 " + SetupFailure.Reason.CONNECT_FAILED);
    }

    @Test
    void hostWithoutPowerSaysNothing() {
        listener.crash(true);
        dial();
        world.run(Duration.ofSeconds(60));

        assertThat(heard).containsExactly("30000 " + SetupFailure.Reason.TIMEOUT);
    }

    @Test
    void packetsThatDidNotGetThroughAreSentAgain() {
        network.breakWays((from, _) -> from == dialer);
        dial();
        world.run(Duration.ofMillis(2_500));
        network.heal();
        world.run(Duration.ofSeconds(60));

        assertThat(heard).containsExactly("3006 dialed #0", "3007 accepted #1");
    }

    @Test
    void untrustedDialerIsTurnedAwayWithoutAWord() {
        trusts = false;
        dial();
        world.run(Duration.ofSeconds(60));

        assertThat(heard).containsExactly("4 " + SetupFailure.Reason.TRUNCATED);
    }

    @Test
    void clockSetBackBetweenTwoProcessesLocksTheSecondOut() {
        dial();
        world.run(Duration.ofSeconds(60));
        heard.clear();
        dialer.crash(false);
        dialer.stepWall(-3_600_000);
        dialer.started();
        dial();
        world.run(Duration.ofSeconds(60));

        assertThat(heard).hasSize(1);
        assertThat(heard.getFirst()).endsWith(" TRUNCATED");
    }

    @Test
    void canceledDialIsAnsweredOnceAndLeavesNothingBehind() {
        var transport = dial();
        world.run(Duration.ofMillis(3));
        transport.cancel(DIAL);
        transport.cancel(DIAL);
        world.run(Duration.ofSeconds(60));

        assertThat(heard).containsExactly("3 " + SetupFailure.Reason.CANCELED);
        assertThat(dialer.links()).isEmpty();
        assertThat(listener.links()).isEmpty();
    }

    @Test
    void unknownAddressFailsTheDial() {
        var transport = open(dialer);
        transport.dial(DIAL, listener.peer(), NetworkAddress.parse("/ip4/192.0.2.1/tcp/1"));
        world.run(Duration.ofSeconds(1));

        assertThat(heard).containsExactly("0 " + SetupFailure.Reason.BAD_ADDRESS);
    }

    @Test
    void everyPairOfRegionsHasARoundTrip() {
        for (var a : Region.values()) {
            for (var b : Region.values()) {
                assertThat(a.roundTripMillis(b)).isBetween(2, 450);
                assertThat(a.roundTripMillis(b)).isEqualTo(b.roundTripMillis(a));
            }
        }
        assertThat(Region.values()).hasSizeGreaterThanOrEqualTo(8);
    }
}
