package dev.aptosnet.ports.transport;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.CipherSuite;
import dev.aptosnet.ports.model.ConnectionId;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.Origin;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.model.PublicKey;

import java.time.Duration;

/**
 * What is proven and known of a link when it is exposed.
 *
 * @param id its name in this process
 * @param peer who is at the other end, proven
 * @param key the static key that proved it
 * @param role the peer's role, from the trusted set or by the rules of wire.md section 4.7
 * @param address dialed or observed, with the peer's key and handshake version appended
 * @param origin who opened it
 * @param transport the name of the transport, such as {@code tcp}
 * @param suite the cipher suite
 * @param maxFrameBytes the largest frame body that may be written
 * @param independentLanes whether lanes do not wait for each other
 * @param hello the handshake message that the peer sent, undecoded
 * @param times how long the set-up took
 */
public record LinkInfo(
        ConnectionId id,
        PeerId peer,
        PublicKey key,
        PeerRole role,
        NetworkAddress address,
        Origin origin,
        String transport,
        CipherSuite suite,
        int maxFrameBytes,
        boolean independentLanes,
        Bytes hello,
        SetupTimes times) {
    /**
     * How long each step of the set-up took.
     *
     * @param connect name resolution and the transport's own connection; zero for a listener
     * @param noise the two Noise messages
     * @param hello the exchange of handshake messages
     */
    public record SetupTimes(Duration connect, Duration noise, Duration hello) {
        /** All steps. */
        public Duration total() {
            return connect.plus(noise).plus(hello);
        }
    }
}
