package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.peer.Peers;
import dev.aptosnet.ports.model.DisconnectReason;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/** Each fault that is planted here must be seen. */
class InvariantsTest {
    private static final SimSettings SETTINGS = SimSettings.of(4, 11);

    /** Starts every link, also the second one to the same peer. */
    private static final class KeepsBoth extends SimNode {
        KeepsBoth(Run run, Host host) {
            super(run, host);
        }

        @Override
        List<Peers.Effect> admit(Peers.Connected connection) {
            return List.of(new Peers.Effect.Start(connection));
        }
    }

    /** Neither starts nor closes a link. */
    private static final class ForgetsLinks extends SimNode {
        ForgetsLinks(Run run, Host host) {
            super(run, host);
        }

        @Override
        List<Peers.Effect> admit(Peers.Connected connection) {
            return List.of();
        }
    }

    /** Turns every peer away. */
    private static final class LocksOut extends SimNode {
        LocksOut(Run run, Host host) {
            super(run, host);
        }

        @Override
        List<Peers.Effect> admit(Peers.Connected connection) {
            return List.of(
                    new Peers.Effect.Refuse(connection, Peers.Refusal.ACCESS_POLICY, "planted"));
        }
    }

    /** Keeps whom it should let go. */
    private static final class KeepsEverybody extends SimNode {
        KeepsEverybody(Run run, Host host) {
            super(run, host);
        }

        @Override
        void disconnect(PeerId peer, DisconnectReason reason) {}

        @Override
        void drain(SimConnection connection, MonoTime until) {}
    }

    private static Outcome play(BiFunction<Run, Host, SimNode> make) {
        var run = new Run(SETTINGS, make);
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(30));
        return run.finish("planted");
    }

    private static BiFunction<Run, Host, SimNode> onHostZero(BiFunction<Run, Host, SimNode> make) {
        return (run, host) -> host.index() == 0 ? make.apply(run, host) : new SimNode(run, host);
    }

    @Test
    void soundNodesBreakNothing() {
        assertThat(play(SimNode::new).violations()).isEmpty();
    }

    @Test
    void nodesThatKeepBothLinksAreCaught() {
        var outcome = play(KeepsBoth::new);

        assertThat(outcome.ok()).isFalse();
        assertThat(outcome.violations()).anyMatch(line -> line.contains("two live links to"));
    }

    @Test
    void oneNodeThatKeepsBothLinksIsCaught() {
        assertThat(play(onHostZero(KeepsBoth::new)).ok()).isFalse();
    }

    @Test
    void nodeThatForgetsLinksIsCaught() {
        assertThat(play(onHostZero(ForgetsLinks::new)).violations())
                .anyMatch(line -> line.contains("do not agree on a link"))
                .anyMatch(line -> line.contains("a link to 1 that it does not use"));
    }

    @Test
    void nodeThatLocksPeersOutIsCaught() {
        assertThat(play(onHostZero(LocksOut::new)).violations())
                .anyMatch(line -> line.contains("0 and 1 live, trust each other"));
    }

    @Test
    void nodeThatLocksPeersOutForLongIsCaughtWhileTheRunGoesOn() {
        var run = new Run(SETTINGS, onHostZero(LocksOut::new));
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofMinutes(3));

        assertThat(run.invariants().violations())
                .anyMatch(line -> line.endsWith("0 and 1 are apart for no reason"));
    }

    @Test
    void nodesThatKeepThoseWhoLeftAreCaught() {
        var run = new Run(SimSettings.of(12, 3), KeepsEverybody::new);
        var epochs = new Epochs(run);
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(10));
        epochs.change("planted_");

        assertThat(run.invariants().violations())
                .anyMatch(line -> line.contains("which it does not trust"));
    }

    @Test
    void silentPeerIsNoticedAndDisconnectedWithinFifteenSeconds() {
        var run = new Run(SimSettings.of(4, 11), SimNode::new);
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(20));
        run.network().hosts().getFirst().freeze();
        run.world().run(Duration.ofSeconds(15));

        assertThat(run.tally().silentPeers).isEqualTo(3);
        assertThat(run.mesh().pairs()).isEqualTo(3);
        assertThat(run.invariants().violations()).isEmpty();
    }

    @Test
    void silentPeerIsNoticedByCallsThatEndInTime() {
        var run = new Run(SETTINGS, SimNode::new);
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(5));
        run.network().hosts().getFirst().freeze();
        run.world().run(Duration.ofSeconds(40));

        assertThat(run.tally().callsFailed).isPositive();
        assertThat(run.invariants().violations()).isEmpty();
    }

    @Test
    void failureReportNamesTheSeedAndTheLastEvents() {
        var report = play(onHostZero(LocksOut::new)).failureReport();

        assertThat(report).contains("seed 11", "3 of 6 pairs connected", "ARRIVAL", "TIMER");
    }
}
