package dev.aptosnet.domain.network;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.HandshakeMsg;
import dev.aptosnet.domain.wire.Negotiation;
import dev.aptosnet.domain.wire.ProtocolSet;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.Capability;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.ProtocolId;
import dev.aptosnet.ports.transport.SetupFailure;

import java.util.EnumSet;
import java.util.List;

/** Compares the peer's handshake message with ours, and explains a failure with its remedy. */
public final class HandshakeNegotiator {
    /** What we announce beyond the reference protocol. */
    private static final EnumSet<Capability> OFFERED =
            EnumSet.of(
                    Capability.INTERLEAVED_STREAMS,
                    Capability.MANY_FRAGMENTS,
                    Capability.REFUSALS,
                    Capability.DEADLINES,
                    Capability.STREAM_RESET,
                    Capability.PRIORITY_CLASSES);

    private final HandshakeMsg own;

    /** What the two messages lead to. */
    public sealed interface Outcome {
        /** A connection. */
        record Agreed(Negotiation.Agreed agreed) implements Outcome {}

        /** No connection. */
        record Failed(SetupFailure why) implements Outcome {}
    }

    /**
     * @param own our handshake message
     */
    public HandshakeNegotiator(HandshakeMsg own) {
        this.own = own;
    }

    /**
     * The handshake message of a node.
     *
     * @param spoken the protocols that it announces
     * @param quic whether it listens over QUIC
     */
    public static HandshakeMsg hello(
            int chainId, NetworkId network, List<ProtocolId> spoken, boolean quic) {
        var offered = EnumSet.copyOf(OFFERED);
        if (quic) {
            offered.add(Capability.QUIC_ADDRESS);
        }
        return HandshakeMsg.v1(ProtocolSet.of(spoken, offered), chainId, network);
    }

    /** Compares the peer's message with ours; never throws, whatever the peer sent. */
    public Outcome compare(Bytes theirs) {
        Negotiation negotiation;
        try {
            negotiation = HandshakeMsg.negotiate(own, HandshakeMsg.decode(theirs));
        } catch (BcsException e) {
            return failed(
                    SetupFailure.Reason.BAD_HELLO,
                    "the peer's handshake message does not decode: " + e.getMessage());
        }
        return switch (negotiation) {
            case Negotiation.InvalidChainId(int own, int other) ->
                    failed(
                            SetupFailure.Reason.WRONG_CHAIN,
                            "the peer is on chain "
                                    + other
                                    + ", this node on "
                                    + own
                                    + " (chain_id)");
            case Negotiation.InvalidNetworkId(var own, var other) ->
                    failed(
                            SetupFailure.Reason.WRONG_NETWORK,
                            "the peer is on network "
                                    + other.configName()
                                    + ", this node on "
                                    + own.configName()
                                    + " (network_id)");
            case Negotiation.NoCommonProtocols _ ->
                    failed(
                            SetupFailure.Reason.NO_COMMON_PROTOCOLS,
                            "the peer and this node have no protocol in common");
            case Negotiation.Agreed agreed -> new Outcome.Agreed(agreed);
        };
    }

    private static Outcome failed(SetupFailure.Reason reason, String detail) {
        return new Outcome.Failed(new SetupFailure(reason, detail));
    }
}
