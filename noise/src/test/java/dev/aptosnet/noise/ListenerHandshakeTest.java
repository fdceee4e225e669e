package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** What a listener does with first messages that nobody honest sent, and what it costs. */
class ListenerHandshakeTest {
    private final Ends ends = new Ends(4711);
    private final Ends.Node client = ends.nodeWithAccount();
    private final Ends.Node server = ends.nodeWithAccount();
    private final TrustedPeers trusted = Ends.trusting(client, PeerRole.VALIDATOR);

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aFlippedBitAnywhereInTheFirstMessageIsRefused(CipherSuite suite) throws Exception {
        var first = ends.dialer(suite, client, server, 5).firstMessage();
        var listener = ends.listener(server, AuthMode.MUTUAL, trusted);
        for (var at = 0; at < first.length; at++) {
            var altered = first.clone();
            altered[at] ^= (byte) (1 << (at % 8));
            var serverKey = at >= 32 && at < 64;
            assertThat(Ends.refusal(listener, altered))
                    .as("byte %d", at)
                    .isEqualTo(serverKey ? Reason.WRONG_SERVER_KEY : Reason.NOISE_DECRYPT);
        }
        assertThat(listener.accept(first).peer()).isEqualTo(client.id());
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void aFlippedBitAnywhereInTheReplyIsRefused(CipherSuite suite) throws Exception {
        for (var at = 0; at < DialerHandshake.REPLY; at++) {
            var dialer = ends.dialer(suite, client, server, 5);
            var altered =
                    ends.listener(server, AuthMode.MUTUAL, trusted)
                            .accept(dialer.firstMessage())
                            .reply();
            altered[at] ^= (byte) (1 << (at % 8));
            assertThatThrownBy(() -> dialer.finish(altered))
                    .as("byte %d", at)
                    .isInstanceOfSatisfying(
                            HandshakeException.class,
                            e -> assertThat(e.failure().reason()).isEqualTo(Reason.NOISE_DECRYPT));
        }
    }

    @Test
    void everyOtherLengthIsRefusedAtBothEnds() throws Exception {
        var dialer = ends.dialer(CipherSuite.AESGCM, client, server, 5);
        var first = dialer.firstMessage();
        var listener = ends.listener(server, AuthMode.MUTUAL, trusted);
        for (var length = 0; length < 400; length++) {
            if (length != DialerHandshake.FIRST_MESSAGE) {
                assertThat(Ends.refusal(listener, Arrays.copyOf(first, length)))
                        .isEqualTo(Reason.TRUNCATED);
            }
            if (length != DialerHandshake.REPLY) {
                var reply = new byte[length];
                assertThatThrownBy(() -> dialer.finish(reply))
                        .isInstanceOf(HandshakeException.class);
            }
        }
        // A reply of a wrong length used nothing up: the right one still fits.
        assertThat(dialer.finish(listener.accept(first).reply()).suite())
                .isEqualTo(CipherSuite.AESGCM);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void garbageIsRefusedWithAReasonAndNothingElse(long seed) {
        var random = new Random(seed);
        var listener = ends.listener(server, AuthMode.MAYBE_MUTUAL, trusted);
        for (var i = 0; i < 300; i++) {
            var garbage = new byte[168];
            random.nextBytes(garbage);
            // Two thirds get past the first checks, so that what follows sees garbage, too.
            if (i % 3 > 0) {
                System.arraycopy(server.keys().publicKey().toByteArray(), 0, garbage, 32, 32);
            }
            if (i % 3 > 1) {
                System.arraycopy(ends.keys().publicKey().toByteArray(), 0, garbage, 64, 32);
            }
            assertThat(Ends.refusal(listener, garbage))
                    .as("seed %d, message %d", seed, i)
                    .isEqualTo(i % 3 > 0 ? Reason.NOISE_DECRYPT : Reason.WRONG_SERVER_KEY);
        }
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    void eitherSuiteIsAcceptedWhateverTheOrderOfTheList(CipherSuite suite) throws Exception {
        for (var suites : List.of(Ends.BOTH, Ends.BOTH.reversed(), List.of(suite))) {
            var dialer = ends.dialer(suite, client, server, 5);
            var accepted = listenerWith(suites, server.keys()).accept(dialer.firstMessage());
            assertThat(accepted.suite()).isEqualTo(suite);
            assertThat(dialer.finish(accepted.reply()).suite()).isEqualTo(suite);
        }
        var other = suite == CipherSuite.AESGCM ? CipherSuite.CHACHAPOLY : CipherSuite.AESGCM;
        assertThat(
                        Ends.refusal(
                                listenerWith(List.of(other), server.keys()),
                                ends.dialer(suite, client, server, 6).firstMessage()))
                .isEqualTo(Reason.NOISE_DECRYPT);
    }

    @Test
    void theCostOfAMessageIsBoundedByHowFarItGets() throws Exception {
        var agreements = new AtomicInteger();
        var keys = KeyPair.ofPrivateKey(server.keys().privateKey(), counting(agreements));
        var guard = new ReplayGuard();
        var generated = new AtomicInteger();
        var listener =
                new ListenerHandshake(
                        new ListenerPolicy(
                                server.id(),
                                keys,
                                Ends.BOTH,
                                AuthMode.MUTUAL,
                                trusted,
                                PeerRole.UNKNOWN),
                        guard,
                        () -> {
                            generated.incrementAndGet();
                            return ends.keys();
                        });
        var first = ends.dialer(CipherSuite.AESGCM, client, server, 5).firstMessage();

        var selfDial = first.clone();
        System.arraycopy(server.id().toByteArray(), 0, selfDial, 0, 32);
        assertThat(Ends.refusal(listener, selfDial)).isEqualTo(Reason.SELF_DIAL);
        var wrongKey = first.clone();
        wrongKey[40] ^= 1;
        assertThat(Ends.refusal(listener, wrongKey)).isEqualTo(Reason.WRONG_SERVER_KEY);
        assertThat(agreements).as("before any Diffie-Hellman").hasValue(0);

        var garbage = ends.bytes(168);
        System.arraycopy(keys.publicKey().toByteArray(), 0, garbage, 32, 32);
        assertThat(Ends.refusal(listener, garbage)).isEqualTo(Reason.NOISE_DECRYPT);
        assertThat(agreements).as("garbage, two suites").hasValue(1);

        agreements.set(0);
        var stranger = ends.dialer(CipherSuite.AESGCM, ends.node(), server, 5).firstMessage();
        assertThat(Ends.refusal(listener, stranger)).isEqualTo(Reason.UNTRUSTED_PEER);
        assertThat(agreements).as("a stranger").hasValue(2);

        agreements.set(0);
        assertThat(generated).as("no key pair for anybody so far").hasValue(0);
        listener.accept(first).commit();
        assertThat(generated).hasValue(1);
        for (var i = 0; i < 100; i++) {
            assertThat(Ends.refusal(listener, first)).isEqualTo(Reason.REPLAY);
        }
        assertThat(agreements).as("one accepted, 100 replays").hasValue(2 + 100);
        assertThat(generated).as("refused before an answer is produced").hasValue(1);
    }

    @Test
    void anUnprovenSessionBurnsNoTimestamp() throws Exception {
        var listener = ends.listener(server, AuthMode.MUTUAL, trusted);
        var dialer = ends.dialer(CipherSuite.CHACHAPOLY, client, server, 7);
        var first = dialer.firstMessage();
        var replayed = listener.accept(first);
        var genuine = listener.accept(first);
        var session = dialer.finish(genuine.reply());
        var frame = Records.seal(session.sealer(), ends.bytes(10));
        assertThatThrownBy(() -> Records.open(replayed.session().opener(), frame))
                .isInstanceOf(RecordException.class);
        assertThat(Records.open(genuine.session().opener(), frame)).hasSize(10);
        genuine.commit();
        assertThat(Ends.refusal(listener, first)).isEqualTo(Reason.REPLAY);
    }

    @Test
    void ofTwoSessionsInSetUpTheOlderOneLoses() throws Exception {
        var listener = ends.listener(server, AuthMode.MUTUAL, trusted);
        var older =
                listener.accept(ends.dialer(CipherSuite.AESGCM, client, server, 7).firstMessage());
        var newer =
                listener.accept(ends.dialer(CipherSuite.AESGCM, client, server, 8).firstMessage());
        newer.commit();
        assertThatThrownBy(older::commit)
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        e -> assertThat(e.failure().reason()).isEqualTo(Reason.REPLAY));
    }

    @Test
    void maybeMutualIgnoresTheTimestamp() throws Exception {
        var guard = new ReplayGuard();
        var listener = ends.listener(server, AuthMode.MAYBE_MUTUAL, trusted, guard);
        for (var timestamp : new long[] {9, 9, 3}) {
            listener.accept(
                            ends.dialer(CipherSuite.AESGCM, client, server, timestamp)
                                    .firstMessage())
                    .commit();
        }
        assertThat(guard.size()).isZero();
    }

    @Test
    void aRefusalNamesItsReasonAndHasNoStackTrace() {
        var listener = ends.listener(server, AuthMode.MUTUAL, TrustedPeers.NONE);
        assertThatThrownBy(
                        () ->
                                listener.accept(
                                        ends.dialer(CipherSuite.AESGCM, client, server, 1)
                                                .firstMessage()))
                .isInstanceOf(HandshakeException.class)
                .hasMessageStartingWith("UNTRUSTED_PEER: peer " + client.id().shortText())
                .hasMessageContaining("mutual_authentication")
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @Test
    void atBothEndsTheReturnOfATrustedPeerCostsOneAgreementLess() throws Exception {
        var agreements = new AtomicInteger();
        var keys = KeyPair.ofPrivateKey(server.keys().privateKey(), counting(agreements));
        var listener = listenerWith(List.of(CipherSuite.AESGCM), keys);
        var dialed = new AtomicInteger();
        var dialing = KeyPair.ofPrivateKey(client.keys().privateKey(), counting(dialed));
        for (var time = 1; time <= 3; time++) {
            agreements.set(0);
            dialed.set(0);
            var dialer =
                    ends.dialer(
                            CipherSuite.AESGCM, new Ends.Node(dialing, client.id()), server, time);
            var accepted = listener.accept(dialer.firstMessage());
            var session = dialer.finish(accepted.reply());
            assertThat(session.keys()).isEqualTo(accepted.session().keys());
            // The other two of each end are those of its ephemeral key.
            assertThat(agreements).hasValue(time == 1 ? 2 : 1);
            assertThat(dialed).hasValue(time == 1 ? 2 : 1);
        }
    }

    @Test
    void nothingIsKeptForStrangers() throws Exception {
        var agreements = new AtomicInteger();
        var keys = KeyPair.ofPrivateKey(server.keys().privateKey(), counting(agreements));
        var listener =
                ends.listener(
                        new Ends.Node(keys, server.id()), AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        var stranger = ends.node();
        for (var time = 1; time <= 3; time++) {
            agreements.set(0);
            var dialer = ends.dialer(CipherSuite.AESGCM, stranger, server, time);
            var _ = listener.accept(dialer.firstMessage());
            assertThat(agreements).hasValue(2);
        }
    }

    @Test
    void aPolicyWithoutSuitesIsRefused() {
        assertThatThrownBy(() -> listenerWith(List.of(), server.keys()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noise_suites");
    }

    private ListenerHandshake listenerWith(List<CipherSuite> suites, KeyPair keys) {
        return new ListenerHandshake(
                new ListenerPolicy(
                        server.id(), keys, suites, AuthMode.MUTUAL, trusted, PeerRole.UNKNOWN),
                new ReplayGuard(),
                ends::keys);
    }

    private static KeyAgreement counting(AtomicInteger agreements) {
        return privateKey -> {
            var key = KeyAgreement.standard().ofPrivateKey(privateKey);
            return new KeyAgreement.Key(key.privateKey(), key.publicKey()) {
                @Override
                public boolean agree(byte[] theirs, byte[] secret) {
                    agreements.incrementAndGet();
                    return key.agree(theirs, secret);
                }
            };
        };
    }
}
