package dev.aptosnet.ports.client;

import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;

/** A call that did not succeed, with the peer and the protocol it was for. */
public abstract sealed class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient PeerId peer;
    private final transient ProtocolId protocol;

    NetworkException(PeerId peer, ProtocolId protocol, String message) {
        super(message + " (peer " + peer.shortText() + ", " + protocol + ")");
        this.peer = peer;
        this.protocol = protocol;
    }

    /** Whom the call was for. */
    public PeerId peer() {
        return peer;
    }

    /** Which protocol it was for. */
    public ProtocolId protocol() {
        return protocol;
    }

    /** There is no connection to the peer. Nothing was sent. */
    public static final class NotConnected extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a call to a peer without a connection. */
        public NotConnected(PeerId peer, ProtocolId protocol) {
            super(peer, protocol, "not connected");
        }
    }

    /**
     * The peer has left the trusted set: its connection finishes what it is at, and takes nothing
     * new. Nothing was sent.
     */
    public static final class Draining extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a call to a peer that is leaving. */
        public Draining(PeerId peer, ProtocolId protocol) {
            super(
                    peer,
                    protocol,
                    "the peer has left the trusted set, its connection is ending"
                            + " (connection_drain_ms)");
        }
    }

    /** The caller's deadline passed. The peer may or may not have acted. */
    public static final class TimedOut extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a call whose deadline passed. */
        public TimedOut(PeerId peer, ProtocolId protocol) {
            super(peer, protocol, "timed out");
        }

        /**
         * For a call that was given up before its caller would have.
         *
         * @param limit how long the answer was waited for
         */
        public TimedOut(PeerId peer, ProtocolId protocol, Duration limit) {
            super(
                    peer,
                    protocol,
                    "timed out after "
                            + limit.toMillis()
                            + " ms, many times what the peer usually takes"
                            + " (rpc_deadlines.adaptive)");
        }
    }

    /**
     * Most of the last calls failed, so this one was not made (improvements.md I-06). Nothing was
     * sent.
     */
    public static final class CircuitOpen extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a call of a protocol that the peer does not serve at the moment. */
        public CircuitOpen(PeerId peer, ProtocolId protocol) {
            super(
                    peer,
                    protocol,
                    "not made, since most of the last calls failed (circuit_breaker)");
        }
    }

    /** We or the peer refused to take the call on; it was not acted upon. */
    public static final class Refused extends NetworkException {
        private static final long serialVersionUID = 1;

        /** Whether the peer refused, not we. */
        private final boolean byPeer;

        /**
         * For a refused call.
         *
         * @param byPeer whether the peer refused, not we
         * @param limit which limit, with its configuration key where it is ours
         */
        public Refused(PeerId peer, ProtocolId protocol, boolean byPeer, String limit) {
            super(peer, protocol, "refused by " + (byPeer ? "the peer: " : "this node: ") + limit);
            this.byPeer = byPeer;
        }

        /** Whether the peer refused, not we. */
        public boolean byPeer() {
            return byPeer;
        }
    }

    /** The peer does not speak the protocol. */
    public static final class UnsupportedProtocol extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a call under a protocol that is not common. */
        public UnsupportedProtocol(PeerId peer, ProtocolId protocol) {
            super(peer, protocol, "the peer does not speak the protocol");
        }
    }

    /** The connection ended before the answer came. The peer may or may not have acted. */
    public static final class PeerDisconnected extends NetworkException {
        private static final long serialVersionUID = 1;

        /**
         * For a call whose connection ended.
         *
         * @param how how it ended, in one line
         */
        public PeerDisconnected(PeerId peer, ProtocolId protocol, String how) {
            super(peer, protocol, "disconnected: " + how);
        }
    }

    /** The message is larger than {@code max_message_size}. Nothing was sent. */
    public static final class MessageTooLarge extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For a message above the limit; sizes in bytes. */
        public MessageTooLarge(PeerId peer, ProtocolId protocol, long size, long limit) {
            super(
                    peer,
                    protocol,
                    "message of " + size + " bytes (max_message_size: " + limit + ")");
        }
    }

    /** The answer does not decode. */
    public static final class BadAnswer extends NetworkException {
        private static final long serialVersionUID = 1;

        /** For an answer that the application's codec refused; says why. */
        public BadAnswer(PeerId peer, ProtocolId protocol, String why) {
            super(peer, protocol, "the answer does not decode: " + why);
        }
    }
}
