package dev.aptosnet.ports.transport;

/**
 * Why a connection did not come to be.
 *
 * @param reason which check failed
 * @param detail one line for logs and users: what was seen, and the remedy or the configuration
 *     key; holds no text of the peer's
 */
public record SetupFailure(Reason reason, String detail) {
    /** Which check failed. The names in capitals of wire.md are these. */
    public enum Reason {
        /** The address cannot be used by this transport, or for this purpose. */
        BAD_ADDRESS,
        /** The name has no address of the wanted family. */
        UNRESOLVED_NAME,
        /** No socket connection. */
        CONNECT_FAILED,
        /** The caller canceled the dial, or the transport was closed. */
        CANCELED,
        /** The set-up was not finished in time. */
        TIMEOUT,
        /** Too many connections in set-up. */
        TOO_MANY_PENDING,
        /** Too many connections in set-up from this address. */
        TOO_MANY_PENDING_FROM_ADDRESS,
        /** Too many connections began within a second. */
        TOO_FAST,
        /** Too many connections from this address began within a second. */
        TOO_FAST_FROM_ADDRESS,
        /** The PROXY protocol header is missing or malformed. */
        BAD_PROXY_HEADER,
        /** The peer ended the connection before the set-up was finished. */
        TRUNCATED,
        /** The peer is this node. */
        SELF_DIAL,
        /** The dialer believes in another key than ours. */
        WRONG_SERVER_KEY,
        /** A Noise message does not decrypt: other key, other suite, or tampering. */
        NOISE_DECRYPT,
        /** A Diffie-Hellman result is all zero. */
        INVALID_DH,
        /** The peer is not in the trusted set. */
        UNTRUSTED_PEER,
        /** The peer is in the trusted set with other keys. */
        UNTRUSTED_KEY,
        /** The peer's id is not the one derived from its key. */
        PEER_ID_MISMATCH,
        /** The first message was seen before, or is older than one that was. */
        REPLAY,
        /** The exchange of handshake messages was malformed. */
        BAD_HELLO,
        /** The peer's handshake message is for another chain. */
        WRONG_CHAIN,
        /** The peer's handshake message is for another network. */
        WRONG_NETWORK,
        /** No protocol in common. */
        NO_COMMON_PROTOCOLS,
        /** A connection to the peer exists and stays. */
        ALREADY_CONNECTED,
        /** The access policy does not allow the peer, or too many unknown peers are connected. */
        NOT_ADMITTED,
        /** The connection broke. */
        INPUT_OUTPUT
    }

    @Override
    public String toString() {
        return reason + ": " + detail;
    }
}
