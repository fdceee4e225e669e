package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** X25519: against the JDK's own implementation, and with keys that must be refused. */
class KeyPairTest {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private final Ends ends = new Ends(25_519);

    /** The one in use, which may be either, and both of those that it is chosen from. */
    private static List<KeyAgreement> implementations() {
        var conscrypt = Conscrypt.load();
        return conscrypt == null
                ? List.of(KeyAgreement.BouncyCastle.INSTANCE)
                : List.of(KeyAgreement.BouncyCastle.INSTANCE, conscrypt);
    }

    @Test
    void theImplementationInUseIsTheFastestThatLoads() {
        assertThat(KeyAgreement.standard()).hasSameClassAs(implementations().getLast());
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void agreementsAndPublicKeysAreThoseOfTheJdk(KeyAgreement implementation) throws Exception {
        var random = new Random(7748);
        for (var i = 0; i < 30; i++) {
            var privateKey = new byte[32];
            var theirs = new byte[32];
            random.nextBytes(privateKey);
            random.nextBytes(theirs); // also above the field's prime and with the top bit set
            var pair = KeyPair.ofPrivateKey(Bytes.of(privateKey), implementation);
            assertThat(pair.agree(theirs))
                    .as("seed 7748, round %d", i)
                    .isEqualTo(jdk(privateKey, theirs));
            var basePoint = new byte[32];
            basePoint[0] = 9;
            assertThat(pair.publicBytes()).isEqualTo(jdk(privateKey, basePoint));

            var fresh = implementation.generate(i % 2 == 0 ? random : new SecureRandom());
            assertThat(fresh.publicKey()).isEqualTo(jdk(fresh.privateKey(), basePoint));
            var secret = new byte[32];
            assertThat(fresh.agree(theirs, secret)).isTrue();
            assertThat(secret).isEqualTo(jdk(fresh.privateKey(), theirs));
        }
    }

    /** The points of order 1, 2, 4 and 8 and their other encodings, least byte first. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"
            })
    void aLowOrderPointIsRefusedAsEphemeralAndAsStaticKey(String hex) throws Exception {
        for (var topBit : new int[] {0, 0x80}) {
            var point = HexFormat.of().parseHex(hex);
            point[31] |= (byte) topBit;
            for (var implementation : implementations()) {
                assertThat(implementation.ofPrivateKey(ends.bytes(32)).agree(point, new byte[32]))
                        .as("%s", implementation)
                        .isFalse();
            }
            var own = ends.keys();
            assertThatThrownBy(() -> own.agree(point))
                    .isInstanceOfSatisfying(
                            HandshakeException.class,
                            e -> assertThat(e.failure().reason()).isEqualTo(Reason.INVALID_DH));
            asEphemeralOfTheDialer(point);
            asStaticKeyOfTheDialer(point);
            asStaticKeyOfTheListener(point);
            asEphemeralOfTheListener(point);
        }
    }

    private void asEphemeralOfTheDialer(byte[] point) throws Exception {
        var server = ends.node();
        var first = ends.dialer(CipherSuite.AESGCM, ends.node(), server, 1).firstMessage();
        System.arraycopy(point, 0, first, 64, 32);
        var listener = ends.listener(server, AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        assertThat(Ends.refusal(listener, first)).isEqualTo(Reason.INVALID_DH);
    }

    /** Everything else of the message is right: the sender only lacks a usable static key. */
    private void asStaticKeyOfTheDialer(byte[] point) throws Exception {
        var server = ends.node();
        var dialer = new Ends.Node(claiming(point), PeerId.of(point));
        var first = ends.dialer(CipherSuite.CHACHAPOLY, dialer, server, 1).firstMessage();
        var listener =
                ends.listener(server, AuthMode.MUTUAL, Ends.trusting(dialer, PeerRole.VALIDATOR));
        assertThat(Ends.refusal(listener, first)).isEqualTo(Reason.INVALID_DH);
    }

    private void asStaticKeyOfTheListener(byte[] point) {
        var own = ends.node();
        var handshake =
                new DialerHandshake(
                        CipherSuite.AESGCM,
                        own.keys(),
                        own.id(),
                        PublicKey.of(point),
                        1,
                        ends.keys());
        assertThatThrownBy(handshake::firstMessage).isInstanceOf(HandshakeException.class);
    }

    private void asEphemeralOfTheListener(byte[] point) throws Exception {
        var dialer = ends.dialer(CipherSuite.AESGCM, ends.node(), ends.node(), 1);
        var _ = dialer.firstMessage();
        var reply = ends.bytes(48);
        System.arraycopy(point, 0, reply, 0, 32);
        assertThatThrownBy(() -> dialer.finish(reply))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        e -> assertThat(e.failure().reason()).isEqualTo(Reason.INVALID_DH));
    }

    /** A pair that shows {@code point} as its public key and agrees on zeros, as the point does. */
    private KeyPair claiming(byte[] point) {
        return new KeyPair(
                new KeyAgreement.Key(ends.bytes(32), point) {
                    @Override
                    public boolean agree(byte[] theirs, byte[] secret) {
                        return true;
                    }
                });
    }

    @Test
    void onlyThirtyTwoBytesAreAPrivateKey() {
        for (var length : new int[] {0, 31, 33, 64}) {
            assertThatThrownBy(() -> KeyPair.ofPrivateKey(Bytes.wrap(ends.bytes(length))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("private key: " + length + " bytes");
        }
    }

    @Test
    void nothingThatHoldsASecretPrintsIt() throws Exception {
        var client = ends.node();
        var server = ends.node();
        var dialer = ends.dialer(CipherSuite.AESGCM, client, server, 1);
        var accepted =
                ends.listener(server, AuthMode.MAYBE_MUTUAL, Ends.trusting(client, PeerRole.KNOWN))
                        .accept(dialer.firstMessage());
        var session = dialer.finish(accepted.reply());
        var keys = session.keys();
        var printed = client.keys() + " " + accepted + session + keys + server;
        assertThat(printed)
                .contains(client.keys().publicKey().toString())
                .doesNotContain(client.keys().privateKey().toHex())
                .doesNotContain(server.keys().privateKey().toHex())
                .doesNotContain(keys.initiatorToResponder().toHex())
                .doesNotContain(keys.responderToInitiator().toHex());
    }

    @Test
    void handshakesAreUsedOnce() throws Exception {
        var dialer = ends.dialer(CipherSuite.AESGCM, ends.node(), ends.node(), 1);
        var _ = dialer.firstMessage();
        assertThatThrownBy(dialer::firstMessage).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] jdk(byte[] privateKey, byte[] theirs) throws Exception {
        var factory = KeyFactory.getInstance("X25519");
        var u = theirs.clone();
        u[31] &= 0x7f;
        for (var i = 0; i < 16; i++) {
            var b = u[i];
            u[i] = u[31 - i];
            u[31 - i] = b;
        }
        var agreement = javax.crypto.KeyAgreement.getInstance("X25519");
        agreement.init(
                factory.generatePrivate(
                        new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
        agreement.doPhase(
                factory.generatePublic(
                        new XECPublicKeySpec(
                                NamedParameterSpec.X25519, new BigInteger(1, u).mod(P))),
                true);
        return agreement.generateSecret();
    }
}
