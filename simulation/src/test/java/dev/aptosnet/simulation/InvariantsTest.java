package dev.aptosnet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.network.NetworkEffect;
import dev.aptosnet.domain.network.NetworkEvent;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.SetupFailure;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Each fault that is planted here must be seen. */
class InvariantsTest {
    private static final SimSettings SETTINGS = SimSettings.of(4, 11);
    private static final SetupFailure PLANTED =
            new SetupFailure(SetupFailure.Reason.NOT_ADMITTED, "planted");

    /** A node some of whose events and effects go astray between the machine and the world. */
    private static final class Faulty extends SimNode {
        private final Predicate<NetworkEvent> lost;
        private final Function<NetworkEffect, List<NetworkEffect>> change;

        Faulty(
                Run run,
                Host host,
                Predicate<NetworkEvent> lost,
                Function<NetworkEffect, List<NetworkEffect>> change) {
            super(run, host);
            this.lost = lost;
            this.change = change;
        }

        @Override
        List<NetworkEffect> decide(MonoTime now, NetworkEvent event) {
            return lost.test(event)
                    ? List.of()
                    : super.decide(now, event).stream()
                            .flatMap(effect -> change.apply(effect).stream())
                            .toList();
        }
    }

    private static SimNode without(Run run, Host host, Predicate<NetworkEffect> dropped) {
        return new Faulty(
                run,
                host,
                _ -> false,
                effect -> dropped.test(effect) ? List.of() : List.of(effect));
    }

    private static SimNode deafTo(Run run, Host host, Predicate<NetworkEvent> lost) {
        return new Faulty(run, host, lost, List::of);
    }

    /** Closes neither of two links to the same peer. */
    private static SimNode keepsBoth(Run run, Host host) {
        return without(
                run,
                host,
                effect ->
                        effect instanceof NetworkEffect.Close
                                || effect instanceof NetworkEffect.Refuse);
    }

    /** Neither starts nor closes a link. */
    private static SimNode forgetsLinks(Run run, Host host) {
        return without(run, host, InvariantsTest::isAboutANewLink);
    }

    private static boolean isAboutANewLink(NetworkEffect effect) {
        return effect instanceof NetworkEffect.Open
                || effect instanceof NetworkEffect.Offer
                || effect instanceof NetworkEffect.Start
                || effect instanceof NetworkEffect.Refuse;
    }

    /** Turns every peer away. */
    private static SimNode locksOut(Run run, Host host) {
        return new Faulty(
                run,
                host,
                _ -> false,
                effect ->
                        effect instanceof NetworkEffect.Open(var link, _, _)
                                ? List.of(new NetworkEffect.Refuse(link, PLANTED, null))
                                : isAboutANewLink(effect) ? List.of() : List.of(effect));
    }

    /** Keeps the peers that it should let go. */
    private static SimNode keepsAll(Run run, Host host) {
        return without(
                run,
                host,
                effect ->
                        effect instanceof NetworkEffect.Drain
                                || effect instanceof NetworkEffect.Close);
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
        var outcome = play(InvariantsTest::keepsBoth);

        assertThat(outcome.ok()).isFalse();
        assertThat(outcome.violations()).anyMatch(line -> line.contains("two live links to"));
    }

    @Test
    void oneNodeThatKeepsBothLinksIsCaught() {
        assertThat(play(onHostZero(InvariantsTest::keepsBoth)).ok()).isFalse();
    }

    @Test
    void nodeThatForgetsLinksIsCaught() {
        assertThat(play(onHostZero(InvariantsTest::forgetsLinks)).violations())
                .anyMatch(line -> line.contains("do not agree on a link"))
                .anyMatch(line -> line.contains("a link to 1 that it does not use"));
    }

    @Test
    void nodeThatLocksPeersOutIsCaught() {
        assertThat(play(onHostZero(InvariantsTest::locksOut)).violations())
                .anyMatch(line -> line.contains("0 and 1 live, trust each other"));
    }

    @Test
    void nodeThatLocksPeersOutForLongIsCaughtWhileTheRunGoesOn() {
        var run = new Run(SETTINGS, onHostZero(InvariantsTest::locksOut));
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofMinutes(3));

        assertThat(run.invariants().violations())
                .anyMatch(line -> line.endsWith("0 and 1 are apart for no reason"));
    }

    @Test
    void aCompositionThatLosesTheEndOfConnectionsIsCaught() {
        var run =
                new Run(
                        SETTINGS,
                        onHostZero(
                                (of, host) ->
                                        deafTo(of, host, NetworkEvent.Closed.class::isInstance)));
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(10));
        run.crash(run.network().hosts().get(1), false);
        run.world().run(Duration.ofSeconds(30));

        assertThat(run.finish("planted").violations())
                .anyMatch(line -> line.contains("0 believes in "));
    }

    @Test
    void aCompositionThatNeverPingsIsCaught() {
        var run =
                new Run(
                        SETTINGS,
                        (of, host) -> without(of, host, NetworkEffect.Ping.class::isInstance));
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofSeconds(20));
        run.network().hosts().getFirst().freeze();
        run.world().run(Duration.ofSeconds(15));

        assertThat(run.tally().silentPeers).isZero();
        assertThat(run.mesh().pairs()).isEqualTo(6);
    }

    @Test
    void aCompositionThatForgetsFailedDialsIsCaught() {
        var run =
                new Run(
                        SETTINGS,
                        onHostZero(
                                (of, host) ->
                                        deafTo(
                                                of,
                                                host,
                                                event ->
                                                        event instanceof NetworkEvent.DialFailed
                                                                || event
                                                                        instanceof
                                                                        NetworkEvent.Accepted)));
        run.startAll(Duration.ZERO);
        run.world().run(Duration.ofMinutes(3));

        assertThat(run.finish("planted").violations()).isNotEmpty();
    }

    @Test
    void nodesThatKeepPeersThatLeftAreCaught() {
        var run = new Run(SimSettings.of(12, 3), InvariantsTest::keepsAll);
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
        var report = play(onHostZero(InvariantsTest::locksOut)).failureReport();

        assertThat(report).contains("seed 11", "3 of 6 pairs connected", "ARRIVAL", "TIMER");
    }
}
