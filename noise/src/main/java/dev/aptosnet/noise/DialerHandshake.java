package dev.aptosnet.noise;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.TrustedPeers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The dialing end of one connection (wire.md sections 4.4, 4.5 and 4.8): first {@link
 * #firstMessage}, then {@link #finish}. Single owner; used once.
 */
public final class DialerHandshake {
    /** Length of what the dialer sends: prologue (64) and Noise message 1 (104), in bytes. */
    public static final int FIRST_MESSAGE = 168;

    /** Length of what the listener answers, in bytes. */
    public static final int REPLY = 48;

    static final int PROLOGUE = 64;

    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final NoiseIk.Initiator noise;
    private final Bytes prologue;
    private final long timestampMillis;

    /**
     * A handshake that was not begun.
     *
     * @param suite the one to offer; the listener must have it on its list
     * @param self our static key pair
     * @param selfId our peer id
     * @param server the static key that the address names; the only proof of who answers
     * @param timestampMillis Unix time in milliseconds, unsigned; must be greater than that of
     *     every earlier dial to the same peer, see {@link DialTimestamps}
     * @param ephemeral a fresh pair, used for this handshake only
     */
    public DialerHandshake(
            CipherSuite suite,
            KeyPair self,
            PeerId selfId,
            PublicKey server,
            long timestampMillis,
            KeyPair ephemeral) {
        this(suite, self, selfId, server, timestampMillis, ephemeral, Bytes.EMPTY);
    }

    /**
     * The same, bound to the channel that it runs in.
     *
     * @param binding what both ends see of that channel, such as the hash of a certificate; mixed
     *     into the prologue and not sent, so that a relay between two channels is noticed
     */
    public DialerHandshake(
            CipherSuite suite,
            KeyPair self,
            PeerId selfId,
            PublicKey server,
            long timestampMillis,
            KeyPair ephemeral,
            Bytes binding) {
        this.prologue = prologue(selfId, server);
        this.timestampMillis = timestampMillis;
        this.noise =
                new NoiseIk.Initiator(
                        suite,
                        self,
                        server,
                        ephemeral,
                        Bytes.concat(List.of(prologue, binding)),
                        NoiseIk.Trace.NONE);
    }

    /**
     * The 168 bytes to send first.
     *
     * @throws HandshakeException INVALID_DH if the server's key is a low-order point
     */
    public byte[] firstMessage() throws HandshakeException {
        var payload = new byte[Long.BYTES];
        LONG_LE.set(payload, 0, timestampMillis);
        var message1 = noise.writeMessage1(payload);
        var message = new byte[FIRST_MESSAGE];
        prologue.copyTo(0, message, 0, PROLOGUE);
        System.arraycopy(message1, 0, message, PROLOGUE, message1.length);
        return message;
    }

    /**
     * Reads the listener's answer; the session is the dialer's end.
     *
     * @param reply exactly 48 bytes
     * @throws HandshakeException TRUNCATED, INVALID_DH or NOISE_DECRYPT
     */
    public Session finish(byte[] reply) throws HandshakeException {
        if (reply.length != REPLY) {
            throw HandshakeException.of(
                    SetupFailure.Reason.TRUNCATED,
                    reply.length + " bytes of the listener's answer (expected: 48)");
        }
        noise.readMessage2(reply);
        return noise.split().forInitiator();
    }

    /** The role of a peer we dialed: as stored if it is trusted, else unknown. */
    public static PeerRole roleOf(PeerId dialed, TrustedPeers trusted) {
        return trusted.find(dialed).map(TrustedPeers.TrustedPeer::role).orElse(PeerRole.UNKNOWN);
    }

    /** Client peer id, then the server's key as the client believes it (wire.md section 4.3). */
    private static Bytes prologue(PeerId selfId, PublicKey server) {
        var bytes = new byte[PROLOGUE];
        System.arraycopy(selfId.toByteArray(), 0, bytes, 0, PeerId.LENGTH);
        System.arraycopy(server.toByteArray(), 0, bytes, PeerId.LENGTH, PublicKey.LENGTH);
        return Bytes.wrap(bytes);
    }
}
