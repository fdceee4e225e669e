package dev.aptosnet.domain.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.rollout.DialRace.Effect;
import dev.aptosnet.domain.rollout.DialRace.Event;
import dev.aptosnet.domain.rollout.DialRace.Fallback;
import dev.aptosnet.domain.rollout.DialRace.Leg;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.settings.QuicMode;
import dev.aptosnet.ports.transport.SetupFailure;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class DialRaceTest {
    private static final MonoTime START = new MonoTime(1_000_000_000);
    private static final PeerId PEER = PeerId.parse("0x77");
    private static final NetworkAddress QUIC = NetworkAddress.parse("/ip4/10.0.0.1/quic/6180");
    private static final NetworkAddress TCP = NetworkAddress.parse("/ip4/10.0.0.1/tcp/6180");
    private static final SetupFailure UNREACHABLE =
            new SetupFailure(SetupFailure.Reason.CONNECT_FAILED, "nobody listens");
    private static final SetupFailure WRONG_KEY =
            new SetupFailure(SetupFailure.Reason.TRUNCATED, "wrong key");

    private static final Effect DIAL_QUIC = new Effect.Dial(Leg.QUIC, QUIC);
    private static final Effect DIAL_TCP = new Effect.Dial(Leg.TCP, TCP);

    private final QuicFailures memory = new QuicFailures();

    private DialRace race(QuicMode mode) {
        return race(mode, TCP);
    }

    private DialRace race(QuicMode mode, @Nullable NetworkAddress tcp) {
        return new DialRace(START, PEER, mode, QUIC, tcp, memory);
    }

    private static MonoTime at(long millis) {
        return START.plus(Duration.ofMillis(millis));
    }

    @Test
    void tcpWaitsAQuarterOfASecond() {
        var race = race(QuicMode.RACE);
        assertThat(race.begin(START)).containsExactly(DIAL_QUIC);
        assertThat(race.nextDeadline()).isEqualTo(at(250));
        assertThat(race.on(at(249), new Event.TimeReached())).isEmpty();
        assertThat(race.on(at(250), new Event.TimeReached())).containsExactly(DIAL_TCP);
        assertThat(race.nextDeadline()).isEqualTo(at(5000));
    }

    @Test
    void quicThatIsQuickWinsAloneAndNothingIsDialedBesides() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        assertThat(race.on(at(100), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Won(Leg.QUIC, null));
        assertThat(race.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(race.isQuiet()).isTrue();
        assertThat(race.on(at(250), new Event.TimeReached())).isEmpty();
    }

    @Test
    void quicThatIsSlowButFirstCancelsTcp() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(300), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Won(Leg.QUIC, null), new Effect.Cancel(Leg.TCP));
        assertThat(race.isQuiet()).isFalse();
        assertThat(race.on(at(301), new Event.Failed(Leg.TCP, UNREACHABLE))).isEmpty();
        assertThat(race.isQuiet()).isTrue();
        assertThat(memory.isFresh(at(301), PEER)).isFalse();
    }

    @Test
    void tcpThatOvertakesCancelsQuicAndIsRemembered() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(280), new Event.Proven(Leg.TCP)))
                .containsExactly(
                        new Effect.Won(Leg.TCP, new Fallback.Overtaken()),
                        new Effect.Cancel(Leg.QUIC));
        assertThat(memory.isFresh(at(280), PEER)).isTrue();

        var again = new DialRace(at(300), PEER, QuicMode.RACE, QUIC, TCP, memory);
        assertThat(again.begin(at(300))).containsExactly(DIAL_QUIC, DIAL_TCP);
    }

    @Test
    void beingOvertakenWithoutAHeadStartIsNotRememberedAnew() {
        memory.failed(START, PEER);
        var late = START.plus(Duration.ofMinutes(9));
        var race = new DialRace(late, PEER, QuicMode.RACE, QUIC, TCP, memory);
        assertThat(race.begin(late)).containsExactly(DIAL_QUIC, DIAL_TCP);
        race.on(late, new Event.Proven(Leg.TCP));
        assertThat(memory.isFresh(START.plus(Duration.ofMinutes(10)), PEER)).isFalse();
    }

    @Test
    void quicThatWinsWithoutAHeadStartGetsItBack() {
        memory.failed(START, PEER);
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(10), new Event.Proven(Leg.QUIC));
        assertThat(memory.isFresh(at(10), PEER)).isFalse();
    }

    @Test
    void tcpStartsAtOnceWhenQuicFails() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        assertThat(race.on(at(3), new Event.Failed(Leg.QUIC, UNREACHABLE)))
                .containsExactly(DIAL_TCP);
        assertThat(race.on(at(20), new Event.Proven(Leg.TCP)))
                .containsExactly(new Effect.Won(Leg.TCP, new Fallback.Failed(UNREACHABLE)));
        assertThat(memory.isFresh(at(20), PEER)).isTrue();
        assertThat(race.isQuiet()).isTrue();
    }

    @Test
    void preferGivesQuicHalfASecondWhateverWasBefore() {
        memory.failed(START, PEER);
        var race = race(QuicMode.PREFER);
        assertThat(race.begin(START)).containsExactly(DIAL_QUIC);
        assertThat(race.nextDeadline()).isEqualTo(at(500));
        assertThat(race.on(at(500), new Event.TimeReached())).containsExactly(DIAL_TCP);
        assertThat(race.on(at(600), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Won(Leg.QUIC, null), new Effect.Cancel(Leg.TCP));
    }

    @Test
    void onlyNeverDialsTcp() {
        var race = race(QuicMode.ONLY);
        assertThat(race.begin(START)).containsExactly(DIAL_QUIC);
        assertThat(race.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(race.on(at(30_000), new Event.Failed(Leg.QUIC, UNREACHABLE)))
                .containsExactly(new Effect.Lost(UNREACHABLE));
        assertThat(race.isQuiet()).isTrue();
    }

    @Test
    void aPeerWithoutATcpAddressIsDialedOverQuicAlone() {
        var race = race(QuicMode.RACE, null);
        assertThat(race.begin(START)).containsExactly(DIAL_QUIC);
        assertThat(race.nextDeadline()).isEqualTo(MonoTime.NEVER);
        assertThat(race.on(at(100), new Event.Failed(Leg.QUIC, UNREACHABLE)))
                .containsExactly(new Effect.Lost(UNREACHABLE));
    }

    @Test
    void whenBothFailTheFailureIsThatOfTcpAndNamesTheOther() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(260), new Event.Failed(Leg.TCP, WRONG_KEY))).isEmpty();
        assertThat(race.on(at(270), new Event.Failed(Leg.QUIC, UNREACHABLE)))
                .containsExactly(
                        new Effect.Lost(
                                new SetupFailure(
                                        SetupFailure.Reason.TRUNCATED,
                                        "wrong key; over QUIC CONNECT_FAILED: nobody listens")));
    }

    @Test
    void quicThatSaysNothingIsGivenUpAfterFiveSeconds() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        race.on(at(251), new Event.Failed(Leg.TCP, UNREACHABLE));
        assertThat(race.nextDeadline()).isEqualTo(at(5000));
        assertThat(race.on(at(5000), new Event.TimeReached()))
                .containsExactly(new Effect.Cancel(Leg.QUIC));
        var canceled = new SetupFailure(SetupFailure.Reason.CANCELED, "given up");
        assertThat(race.on(at(5001), new Event.Failed(Leg.QUIC, canceled)))
                .containsExactly(
                        new Effect.Lost(
                                new SetupFailure(
                                        SetupFailure.Reason.CONNECT_FAILED,
                                        "nobody listens; over QUIC TIMEOUT: not finished in"
                                                + " 5000 ms over QUIC")));
    }

    @Test
    void aLinkThatCrossesItsCancellationIsTakenIfThereIsNoOther() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        race.on(at(5000), new Event.TimeReached());
        assertThat(race.on(at(5001), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Won(Leg.QUIC, null), new Effect.Cancel(Leg.TCP));
    }

    @Test
    void aLinkThatComesTooLateIsClosed() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        race.on(at(260), new Event.Proven(Leg.TCP));
        assertThat(race.on(at(261), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Close(Leg.QUIC));
        assertThat(race.isQuiet()).isTrue();
    }

    @Test
    void aLegThatStoodBackForOneThatThenFailedIsDialedAgain() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(260), new Event.StoodBack(Leg.TCP))).isEmpty();
        assertThat(race.on(at(270), new Event.Failed(Leg.QUIC, UNREACHABLE)))
                .containsExactly(DIAL_TCP);
        assertThat(race.on(at(290), new Event.Proven(Leg.TCP)))
                .containsExactly(new Effect.Won(Leg.TCP, new Fallback.Failed(UNREACHABLE)));
    }

    @Test
    void theSameHoldsIfTheNewsComeTheOtherWayRound() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(260), new Event.Failed(Leg.QUIC, UNREACHABLE))).isEmpty();
        assertThat(race.on(at(261), new Event.StoodBack(Leg.TCP))).containsExactly(DIAL_TCP);
    }

    @Test
    void aLegThatStoodBackIsNoLossOnceTheOtherHasWon() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        race.on(at(260), new Event.StoodBack(Leg.TCP));
        assertThat(race.on(at(270), new Event.Proven(Leg.QUIC)))
                .containsExactly(new Effect.Won(Leg.QUIC, null));
        assertThat(race.isQuiet()).isTrue();
    }

    @Test
    void aDialThatNobodyWantsAnyMoreIsCanceledOnEveryLegAndEndsAtOnce() {
        var race = race(QuicMode.RACE);
        race.begin(START);
        race.on(at(250), new Event.TimeReached());
        assertThat(race.on(at(260), new Event.GivenUp()))
                .containsExactly(
                        new Effect.Cancel(Leg.QUIC),
                        new Effect.Cancel(Leg.TCP),
                        new Effect.Lost(
                                new SetupFailure(
                                        SetupFailure.Reason.CANCELED,
                                        "the caller gave the dial up")));
        assertThat(race.on(at(261), new Event.GivenUp())).isEmpty();
        assertThat(race.on(at(262), new Event.Proven(Leg.TCP)))
                .containsExactly(new Effect.Close(Leg.TCP));
        assertThat(race.isQuiet()).isFalse();
        assertThat(race.on(at(263), new Event.Failed(Leg.QUIC, UNREACHABLE))).isEmpty();
        assertThat(race.isQuiet()).isTrue();
        assertThat(memory.isFresh(at(263), PEER)).as("giving up blames nobody").isFalse();
    }
}
