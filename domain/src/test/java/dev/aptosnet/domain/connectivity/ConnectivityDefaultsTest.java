package dev.aptosnet.domain.connectivity;

import static dev.aptosnet.domain.connectivity.Net.A;
import static dev.aptosnet.domain.connectivity.Net.B;
import static dev.aptosnet.domain.connectivity.Net.at;
import static dev.aptosnet.domain.connectivity.Net.only;
import static dev.aptosnet.domain.connectivity.Net.peer;
import static dev.aptosnet.ports.discovery.SourceKind.CONFIG;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.connectivity.Connectivity.Effect;
import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.settings.ConnectivitySettings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What our own values change: things happen when there is a reason, and not all at once. */
class ConnectivityDefaultsTest {
    private Net net = net(NetworkId.PUBLIC, ConnectivitySettings.builder());

    private static Net net(NetworkId network, ConnectivitySettings.Builder settings) {
        return new Net(network, AuthMode.MUTUAL, settings.build());
    }

    @Test
    void aSeedIsDialedAtOnce() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(Duration.ofMillis(20));
        assertThat(net.dial().address()).isEqualTo(at(1));
    }

    @Test
    void aSeedAddedBetweenTwoChecksIsDialedAtOnceToo() {
        net.pass(Duration.ofSeconds(1));
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(Duration.ofMillis(20));
        assertThat(net.dial().peer()).isEqualTo(A);
    }

    @Test
    void onlyTheEndWithTheLowerIdWaitsForTheOther() {
        var lower = PeerId.parse("0x10");
        net = net(NetworkId.VALIDATOR, ConnectivitySettings.builder().dialsPerSecond(1000));
        net.discovered(
                CONFIG,
                Map.of(
                        lower, peer(PeerRole.VALIDATOR, 1, 1),
                        A, peer(PeerRole.VALIDATOR, 2, 2)));
        net.pass(Duration.ofMillis(2));
        assertThat(net.dial().peer()).isEqualTo(lower);
        net.pass(Duration.ofMillis(500));
        assertThat(net.dial().peer()).isEqualTo(A);
    }

    @Test
    void aRemovedPeerDrainsAndIsDisconnectedWhenItsTimeIsOver() {
        net.discovered(CONFIG, Map.of(A, peer(1, 1), B, peer(2, 2)));
        var connection = net.up(A, Origin.INBOUND, PeerRole.UPSTREAM);
        net.discovered(CONFIG, only(B, peer(2, 2)));
        var until = net.now.plus(Duration.ofSeconds(30));
        assertThat(net.handOffs).containsExactly(new Effect.Drain(A, connection, until));
        net.pass(Duration.ofSeconds(29));
        assertThat(net.disconnects).isEmpty();
        net.pass(Net.CHECK);
        assertThat(net.disconnects).extracting(Effect.Disconnect::peer).containsExactly(A);
    }

    @Test
    void withoutDrainingARemovedPeerIsDisconnectedAtOnceAndNotAskedTwiceBeforeTheNextCheck() {
        net = net(NetworkId.PUBLIC, ConnectivitySettings.builder().drain(Duration.ZERO));
        net.discovered(CONFIG, Map.of(A, peer(1, 1), B, peer(2, 2)));
        net.up(A, Origin.INBOUND, PeerRole.VALIDATOR_FULL_NODE);
        net.discovered(CONFIG, only(B, peer(2, 2)));
        assertThat(net.disconnects).extracting(Effect.Disconnect::peer).containsExactly(A);
        net.up(B, Origin.INBOUND, PeerRole.VALIDATOR_FULL_NODE);
        assertThat(net.disconnects).hasSize(1);
        net.pass(Net.CHECK);
        assertThat(net.disconnects).hasSize(2);
    }

    @Test
    void aPeerThatDropsEveryConnectionIsDialedEverMoreSeldom() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        var dials = 0;
        for (var until = new MonoTime(Duration.ofMinutes(5).toNanos()); net.now.isBefore(until); ) {
            net.pass(Duration.ofMillis(10));
            while (!net.dials.isEmpty()) {
                dials++;
                net.down(A, net.succeed(net.dials.removeFirst()));
            }
        }
        // Full jitter of 2, 4, 8, 16, 32 and then 60 s; all at half would make some fourteen.
        assertThat(dials).isBetween(6, 40);
    }

    @Test
    void aConnectionThatHeldIsRestoredAtOnce() {
        net.discovered(CONFIG, only(A, peer(1, 1)));
        net.pass(Duration.ofMillis(20));
        for (var i = 0; i < 5; i++) {
            var connection = net.succeed(net.dial());
            net.pass(Duration.ofSeconds(10));
            net.down(A, connection);
            net.pass(Duration.ofMillis(600));
        }
        assertThat(net.dials).hasSize(1);
    }

    @Test
    void moreImportantRolesGoFirstWhenNotAllMay() {
        net =
                net(
                        NetworkId.PUBLIC,
                        ConnectivitySettings.builder()
                                .maxOutboundConnections(100)
                                .maxSpread(Duration.ZERO)
                                .dialsPerSecond(1)
                                .dialBurst(1));
        var view = new TreeMap<PeerId, PeerDescription>();
        for (var i = 1; i <= 20; i++) {
            var role = i == 20 ? PeerRole.PREFERRED_UPSTREAM : PeerRole.VALIDATOR_FULL_NODE;
            view.put(PeerId.parse("0x" + (100 + i)), peer(role, i, i));
        }
        net.discovered(CONFIG, view);
        net.pass(Duration.ofMillis(1));
        assertThat(net.dial().peer()).isEqualTo(PeerId.parse("0x120"));
        net.pass(Duration.ofSeconds(1));
        assertThat(net.dials).hasSize(1);
    }
}
