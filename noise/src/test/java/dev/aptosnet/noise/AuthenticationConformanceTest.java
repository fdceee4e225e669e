package dev.aptosnet.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.AuthMode;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TrustedPeers;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;

/** The rows of conformance.md section 18 that need no socket. */
class AuthenticationConformanceTest {
    private final Ends ends = new Ends(18);

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-01 both trusted, mutual: succeeds, and each side sees the other's key")
    void mutualSucceeds(CipherSuite suite) throws Exception {
        var dialer = ends.nodeWithAccount();
        var server = ends.nodeWithAccount();
        var trusted = Ends.trusting(dialer, PeerRole.VALIDATOR);
        assertThat(connect(suite, dialer, server, AuthMode.MUTUAL, trusted).key())
                .isEqualTo(dialer.keys().publicKey());
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-02 no trusted peers, maybe-mutual: succeeds")
    void serverOnlySucceeds(CipherSuite suite) throws Exception {
        var dialer = ends.node();
        var accepted =
                connect(suite, dialer, ends.node(), AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        assertThat(accepted.peer()).isEqualTo(dialer.id());
    }

    @ParameterizedTest
    @EnumSource(AuthMode.class)
    @DisplayName("AU-03 a node dials itself: fails on both sides")
    void selfDialFails(AuthMode mode) throws Exception {
        var node = ends.node();
        var dialer = ends.dialer(CipherSuite.AESGCM, node, node, 1);
        var listener = ends.listener(node, mode, Ends.trusting(node, PeerRole.VALIDATOR));
        assertThat(Ends.refusal(listener, dialer.firstMessage())).isEqualTo(Reason.SELF_DIAL);
        assertEndOfStreamFails(dialer);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-04 a trusted id with another key, mutual: fails on both sides")
    void otherKeyFails(CipherSuite suite) throws Exception {
        var trusted = ends.nodeWithAccount();
        var thief = new Ends.Node(ends.keys(), trusted.id());
        var server = ends.nodeWithAccount();
        var dialer = ends.dialer(suite, thief, server, 1);
        var listener =
                ends.listener(server, AuthMode.MUTUAL, Ends.trusting(trusted, PeerRole.VALIDATOR));
        assertThat(Ends.refusal(listener, dialer.firstMessage())).isEqualTo(Reason.UNTRUSTED_KEY);
        assertEndOfStreamFails(dialer);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName(
            "AU-06 a public full node dials a VFN it knows: the dialer sees ValidatorFullNode, the"
                    + " listener sees Unknown")
    void publicNodeDialsValidatorFullNode(CipherSuite suite) throws Exception {
        var dialer = ends.node();
        var vfn = ends.node();
        var accepted = connect(suite, dialer, vfn, AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        assertThat(accepted.role()).isEqualTo(PeerRole.UNKNOWN);
        assertThat(
                        DialerHandshake.roleOf(
                                vfn.id(), Ends.trusting(vfn, PeerRole.VALIDATOR_FULL_NODE)))
                .isEqualTo(PeerRole.VALIDATOR_FULL_NODE);
        assertThat(DialerHandshake.roleOf(vfn.id(), TrustedPeers.NONE)).isEqualTo(PeerRole.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-07 a validator dials a validator, mutual: both see Validator")
    void validatorDialsValidator(CipherSuite suite) throws Exception {
        bothSee(PeerRole.VALIDATOR, suite, AuthMode.MUTUAL);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-08 a VFN dials a VFN, both trusted on the public network: both see it as such")
    void validatorFullNodeDialsValidatorFullNode(CipherSuite suite) throws Exception {
        bothSee(PeerRole.VALIDATOR_FULL_NODE, suite, AuthMode.MAYBE_MUTUAL);
    }

    private void bothSee(PeerRole role, CipherSuite suite, AuthMode mode) throws Exception {
        var dialer = ends.nodeWithAccount();
        var server = ends.nodeWithAccount();
        var both =
                TrustedPeers.of(
                        Map.of(
                                dialer.id(),
                                dialer.trustedAs(role),
                                server.id(),
                                server.trustedAs(role)));
        assertThat(connect(suite, dialer, server, mode, both).role()).isEqualTo(role);
        assertThat(DialerHandshake.roleOf(server.id(), both)).isEqualTo(role);
    }

    /** A whole handshake, and a record each way. */
    private ListenerHandshake.Accepted connect(
            CipherSuite suite,
            Ends.Node from,
            Ends.Node to,
            AuthMode mode,
            TrustedPeers trustedByServer)
            throws Exception {
        var dialer = ends.dialer(suite, from, to, 1_800_000_000_000L);
        var accepted = ends.listener(to, mode, trustedByServer).accept(dialer.firstMessage());
        var session = dialer.finish(accepted.reply());
        assertThat(session.handshakeHash()).isEqualTo(accepted.session().handshakeHash());
        assertThat(session.suite()).isEqualTo(suite).isEqualTo(accepted.suite());
        var there = ends.bytes(100);
        assertThat(Records.open(accepted.session().opener(), Records.seal(session.sealer(), there)))
                .isEqualTo(there);
        accepted.commit();
        var back = ends.bytes(100);
        assertThat(Records.open(session.opener(), Records.seal(accepted.session().sealer(), back)))
                .isEqualTo(back);
        return accepted;
    }

    /** What the dialer gets when the listener closes without a word. */
    private static void assertEndOfStreamFails(DialerHandshake dialer) {
        assertThatThrownBy(() -> dialer.finish(new byte[0]))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        e -> assertThat(e.failure().reason()).isEqualTo(Reason.TRUNCATED));
    }
}
