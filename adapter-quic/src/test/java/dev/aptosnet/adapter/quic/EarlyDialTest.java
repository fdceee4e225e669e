package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.noise.DialerHandshake;
import dev.aptosnet.noise.HandshakeException;
import dev.aptosnet.noise.KeyPair;
import dev.aptosnet.noise.ListenerHandshake;
import dev.aptosnet.noise.ListenerPolicy;
import dev.aptosnet.noise.ReplayGuard;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;

import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;

/** Messages 1 and 2 beside TLS, and what happens where they do not arrive. */
class EarlyDialTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Bytes CERTIFICATE = Bytes.utf8("the listener's");
    private static final Bytes HELLO = Bytes.utf8("hello, dialer");
    private static final InetSocketAddress FROM = new InetSocketAddress("10.0.0.1", 1);
    private static final long NOW = -5; // the clock may be anywhere

    private final Random random = new Random(29);
    private final TestIdentity dialing = TestIdentity.next(random);
    private final TestIdentity listening = TestIdentity.next(random);
    private long time;

    private EarlyDial dial(Bytes certificate) throws HandshakeException {
        return new EarlyDial(
                new DialerHandshake(
                        CipherSuite.AESGCM,
                        KeyPair.ofPrivateKey(dialing.privateKey()),
                        dialing.peer(),
                        listening.key(),
                        ++time,
                        KeyPair.generate(new SecureRandom()),
                        certificate),
                certificate);
    }

    private EarlyHandshakes listener(Bytes hello, int max) {
        var settings = new SettingsBuilder(listening).build(_ -> {});
        return new EarlyHandshakes(
                new ListenerHandshake(
                        new ListenerPolicy(
                                settings.self(),
                                KeyPair.ofPrivateKey(listening.privateKey()),
                                settings.suites(),
                                settings.authMode(),
                                settings.trusted(),
                                settings.unknownInboundRole()),
                        new ReplayGuard(),
                        () -> KeyPair.generate(new SecureRandom())),
                CERTIFICATE,
                () -> hello,
                max);
    }

    private static DatagramPacket packet(byte[] bytes) {
        return new DatagramPacket(bytes, bytes.length, FROM);
    }

    private static byte[] asked(EarlyDial dial) {
        return Objects.requireNonNull(EarlyMessage.firstMessage(packet(dial.question())));
    }

    private static DatagramPacket answer(EarlyHandshakes listener, EarlyDial dial) {
        return Objects.requireNonNull(listener.answer(asked(dial), FROM));
    }

    @Test
    void whoIsAskedAnswersWithProofAndHello() throws Exception {
        var listener = listener(HELLO, 1);
        var dial = dial(CERTIFICATE);
        assertThat(listener.mayAsk(FROM, NOW)).isTrue();
        var answer = answer(listener, dial);
        assertThat(EarlyMessage.isOne(answer)).isTrue();
        assertThat(answer.getLength()).isLessThan(dial.question().length);
        dial.heard(answer);
        var proven = Objects.requireNonNull(dial.await(CERTIFICATE, SOON));
        assertThat(proven.hello()).isEqualTo(HELLO);
        var accepted = Objects.requireNonNull(listener.take(FROM));
        assertThat(accepted.peer()).isEqualTo(dialing.peer());
        assertThat(accepted.session().handshakeHash()).isEqualTo(proven.session().handshakeHash());
        assertThat(listener.take(FROM)).as("once more").isNull();
        assertThat(listener.size()).isZero();
    }

    @Test
    void anotherCertificateMeansToBeginAnew() throws Exception {
        var listener = listener(HELLO, 1);
        var dial = dial(CERTIFICATE);
        assertThat(listener.mayAsk(FROM, NOW)).isTrue();
        dial.heard(answer(listener, dial));
        assertThat(dial.await(Bytes.utf8("a relay's"), SOON)).isNull();

        assertThat(listener.answer(asked(dial(Bytes.utf8("the one before"))), FROM)).isNull();
    }

    @Test
    void noAnswerOrSomebodyElsesMeansToBeginAnew() throws Exception {
        assertThat(dial(CERTIFICATE).await(CERTIFICATE, SOON)).isNull();

        var listener = listener(HELLO, 1);
        assertThat(listener.mayAsk(FROM, NOW)).isTrue();
        var dial = dial(CERTIFICATE);
        dial.heard(answer(listener, dial(CERTIFICATE)));
        assertThat(dial.await(CERTIFICATE, SOON)).isNull();

        var garbled = dial(CERTIFICATE);
        var answer = answer(listener, garbled);
        answer.getData()[answer.getLength() - 1] ^= 1;
        garbled.heard(answer);
        assertThat(garbled.await(CERTIFICATE, SOON)).isNull();

        var short1 = dial(CERTIFICATE);
        short1.heard(packet(new byte[] {2, 0, 0}));
        short1.heard(packet(new byte[] {3}));
        short1.heard(answer(listener, short1));
        assertThat(short1.await(CERTIFICATE, SOON)).as("after what is no answer").isNotNull();
    }

    @Test
    void anAnswerIsNeverLongerThanItsQuestion() throws Exception {
        assertThat(listener(Bytes.wrap(new byte[1200]), 1).answer(asked(dial(CERTIFICATE)), FROM))
                .isNull();
    }

    @Test
    void eachAddressAsksOnceAndAFewAtATime() throws Exception {
        var listener = listener(HELLO, 2);
        var second = new InetSocketAddress("10.0.0.2", 1);
        var third = new InetSocketAddress("10.0.0.3", 1);
        assertThat(listener.mayAsk(FROM, NOW)).isTrue();
        assertThat(listener.mayAsk(FROM, NOW)).as("again").isFalse();
        assertThat(listener.answer(new byte[DialerHandshake.FIRST_MESSAGE], FROM)).isNull();
        assertThat(listener.mayAsk(FROM, NOW)).as("after garbage").isFalse();
        assertThat(listener.mayAsk(second, NOW + 1)).isTrue();
        assertThat(listener.mayAsk(third, NOW + 2)).as("too many").isFalse();
        assertThat(listener.take(second)).as("not answered").isNull();
        assertThat(listener.mayAsk(third, NOW + 3)).isTrue();
        var later = NOW + FirstFlights.FORGOTTEN.toNanos();
        assertThat(listener.mayAsk(FROM, later)).as("forgotten").isTrue();
        assertThat(listener.size()).isEqualTo(2);
        assertThat(listener.answer(asked(dial(CERTIFICATE)), second))
                .as("nobody waits for it")
                .isNull();
    }

    @Test
    void whatBeginsLikeAPacketOfQuicIsNoMessageOfOurs() {
        for (var first = 0; first < 256; first++) {
            assertThat(EarlyMessage.isOne(packet(new byte[] {(byte) first}))).isEqualTo(first < 64);
        }
        assertThat(EarlyMessage.isOne(packet(new byte[0]))).isFalse();
        assertThat(EarlyMessage.firstMessage(packet(new byte[] {1}))).isNull();
        assertThat(EarlyMessage.firstMessage(packet(new byte[EarlyMessage.SIZE]))).isNull();
    }
}
