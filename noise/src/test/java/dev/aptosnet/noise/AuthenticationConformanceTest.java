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
        var dialler = ends.nodeWithAccount();
        var server = ends.nodeWithAccount();
        var trusted = Ends.trusting(dialler, PeerRole.VALIDATOR);
        assertThat(connect(suite, dialler, server, AuthMode.MUTUAL, trusted).key())
                .isEqualTo(dialler.keys().publicKey());
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-02 no trusted peers, maybe-mutual: succeeds")
    void serverOnlySucceeds(CipherSuite suite) throws Exception {
        var dialler = ends.node();
        var accepted =
                connect(suite, dialler, ends.node(), AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        assertThat(accepted.peer()).isEqualTo(dialler.id());
    }

    @ParameterizedTest
    @EnumSource(AuthMode.class)
    @DisplayName("AU-03 a node dials itself: fails on both sides")
    void selfDialFails(AuthMode mode) throws Exception {
        var node = ends.node();
        var dialler = ends.dialler(CipherSuite.AESGCM, node, node, 1);
        var listener = ends.listener(node, mode, Ends.trusting(node, PeerRole.VALIDATOR));
        assertThat(Ends.refusal(listener, dialler.firstMessage())).isEqualTo(Reason.SELF_DIAL);
        assertEndOfStreamFails(dialler);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName("AU-04 a trusted id with another key, mutual: fails on both sides")
    void otherKeyFails(CipherSuite suite) throws Exception {
        var trusted = ends.nodeWithAccount();
        var thief = new Ends.Node(ends.keys(), trusted.id());
        var server = ends.nodeWithAccount();
        var dialler = ends.dialler(suite, thief, server, 1);
        var listener =
                ends.listener(server, AuthMode.MUTUAL, Ends.trusting(trusted, PeerRole.VALIDATOR));
        assertThat(Ends.refusal(listener, dialler.firstMessage())).isEqualTo(Reason.UNTRUSTED_KEY);
        assertEndOfStreamFails(dialler);
    }

    @ParameterizedTest
    @EnumSource(CipherSuite.class)
    @DisplayName(
            "AU-06 a public full node dials a VFN it knows: the dialler sees ValidatorFullNode, the"
                    + " listener sees Unknown")
    void publicNodeDialsValidatorFullNode(CipherSuite suite) throws Exception {
        var dialler = ends.node();
        var vfn = ends.node();
        var accepted = connect(suite, dialler, vfn, AuthMode.MAYBE_MUTUAL, TrustedPeers.NONE);
        assertThat(accepted.role()).isEqualTo(PeerRole.UNKNOWN);
        assertThat(
                        DiallerHandshake.roleOf(
                                vfn.id(), Ends.trusting(vfn, PeerRole.VALIDATOR_FULL_NODE)))
                .isEqualTo(PeerRole.VALIDATOR_FULL_NODE);
        assertThat(DiallerHandshake.roleOf(vfn.id(), TrustedPeers.NONE))
                .isEqualTo(PeerRole.UNKNOWN);
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
        var dialler = ends.nodeWithAccount();
        var server = ends.nodeWithAccount();
        var both =
                TrustedPeers.of(
                        Map.of(
                                dialler.id(),
                                dialler.trustedAs(role),
                                server.id(),
                                server.trustedAs(role)));
        assertThat(connect(suite, dialler, server, mode, both).role()).isEqualTo(role);
        assertThat(DiallerHandshake.roleOf(server.id(), both)).isEqualTo(role);
    }

    /** A whole handshake, and a record each way. */
    private ListenerHandshake.Accepted connect(
            CipherSuite suite,
            Ends.Node from,
            Ends.Node to,
            AuthMode mode,
            TrustedPeers trustedByServer)
            throws Exception {
        var dialler = ends.dialler(suite, from, to, 1_800_000_000_000L);
        var accepted = ends.listener(to, mode, trustedByServer).accept(dialler.firstMessage());
        var session = dialler.finish(accepted.reply());
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

    /** What the dialler gets when the listener closes without a word. */
    private static void assertEndOfStreamFails(DiallerHandshake dialler) {
        assertThatThrownBy(() -> dialler.finish(new byte[0]))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        e -> assertThat(e.failure().reason()).isEqualTo(Reason.TRUNCATED));
    }
}
