package dev.aptosnet.ports.model;

import java.util.List;

/**
 * Which application a message belongs to: a number from 0 to 247 with a name (wire.md section 7,
 * design of capabilities). The 29 of AptosNet are constants; an application may add its own above
 * 100. Two ids are equal if their numbers are.
 */
public final class ProtocolId implements Comparable<ProtocolId> {
    /** The highest number that a protocol may have; above lie the {@link Capability} positions. */
    public static final int MAX_NUMBER = Capability.FIRST_POSITION - 1;

    /** The lowest number that an application may take for a protocol of its own. */
    public static final int MIN_CUSTOM_NUMBER = 101;

    /** 0. */
    public static final ProtocolId CONSENSUS_RPC_BCS;

    /** 1. */
    public static final ProtocolId CONSENSUS_DIRECT_SEND_BCS;

    /** 2. */
    public static final ProtocolId MEMPOOL_DIRECT_SEND;

    /** 3. */
    public static final ProtocolId STATE_SYNC_DIRECT_SEND;

    /** 5. */
    public static final ProtocolId HEALTH_CHECKER_RPC;

    /** 8. */
    public static final ProtocolId STORAGE_SERVICE_RPC;

    /** 10. */
    public static final ProtocolId PEER_MONITORING_SERVICE_RPC;

    /** 13. */
    public static final ProtocolId NETBENCH_DIRECT_SEND;

    /** 14. */
    public static final ProtocolId NETBENCH_RPC;

    private static final List<ProtocolId> APTOS_NET;

    static {
        var bcs = PayloadEncoding.BCS;
        var compressed = PayloadEncoding.COMPRESSED_BCS;
        var critical = MessageClass.CRITICAL;
        var high = MessageClass.HIGH;
        var normal = MessageClass.NORMAL;
        var low = MessageClass.LOW;
        // The ids named Json of DKG and JWK consensus carry plain BCS, as aptos-core does
        // (wire.md section 7).
        APTOS_NET =
                List.of(
                        new ProtocolId(0, "ConsensusRpcBcs", bcs, 64, high),
                        new ProtocolId(1, "ConsensusDirectSendBcs", bcs, 64, critical),
                        new ProtocolId(2, "MempoolDirectSend", compressed, 32, high),
                        new ProtocolId(3, "StateSyncDirectSend", bcs, 64, normal),
                        new ProtocolId(4, "DiscoveryDirectSend", bcs, 64, normal),
                        new ProtocolId(5, "HealthCheckerRpc", bcs, 64, critical),
                        new ProtocolId(
                                6, "ConsensusDirectSendJson", PayloadEncoding.JSON, 64, critical),
                        new ProtocolId(7, "ConsensusRpcJson", PayloadEncoding.JSON, 64, high),
                        new ProtocolId(8, "StorageServiceRpc", bcs, 64, normal),
                        new ProtocolId(9, "MempoolRpc", bcs, 32, high),
                        new ProtocolId(10, "PeerMonitoringServiceRpc", bcs, 64, low),
                        new ProtocolId(11, "ConsensusRpcCompressed", compressed, 64, high),
                        new ProtocolId(
                                12, "ConsensusDirectSendCompressed", compressed, 64, critical),
                        new ProtocolId(13, "NetbenchDirectSend", bcs, 64, normal),
                        new ProtocolId(14, "NetbenchRpc", bcs, 64, normal),
                        new ProtocolId(15, "DKGDirectSendCompressed", compressed, 64, high),
                        new ProtocolId(16, "DKGDirectSendBcs", bcs, 64, high),
                        new ProtocolId(17, "DKGDirectSendJson", bcs, 64, high),
                        new ProtocolId(18, "DKGRpcCompressed", compressed, 64, high),
                        new ProtocolId(19, "DKGRpcBcs", bcs, 64, high),
                        new ProtocolId(20, "DKGRpcJson", bcs, 64, high),
                        new ProtocolId(
                                21, "JWKConsensusDirectSendCompressed", compressed, 64, high),
                        new ProtocolId(22, "JWKConsensusDirectSendBcs", bcs, 64, high),
                        new ProtocolId(23, "JWKConsensusDirectSendJson", bcs, 64, high),
                        new ProtocolId(24, "JWKConsensusRpcCompressed", compressed, 64, high),
                        new ProtocolId(25, "JWKConsensusRpcBcs", bcs, 64, high),
                        new ProtocolId(26, "JWKConsensusRpcJson", bcs, 64, high),
                        new ProtocolId(27, "ConsensusObserver", compressed, 64, normal),
                        new ProtocolId(28, "ConsensusObserverRpc", bcs, 64, normal));
        CONSENSUS_RPC_BCS = APTOS_NET.get(0);
        CONSENSUS_DIRECT_SEND_BCS = APTOS_NET.get(1);
        MEMPOOL_DIRECT_SEND = APTOS_NET.get(2);
        STATE_SYNC_DIRECT_SEND = APTOS_NET.get(3);
        HEALTH_CHECKER_RPC = APTOS_NET.get(5);
        STORAGE_SERVICE_RPC = APTOS_NET.get(8);
        PEER_MONITORING_SERVICE_RPC = APTOS_NET.get(10);
        NETBENCH_DIRECT_SEND = APTOS_NET.get(13);
        NETBENCH_RPC = APTOS_NET.get(14);
    }

    private final int number;
    private final String name;
    private final PayloadEncoding encoding;
    private final int depthLimit;
    private final MessageClass messageClass;

    private ProtocolId(
            int number,
            String name,
            PayloadEncoding encoding,
            int depthLimit,
            MessageClass messageClass) {
        this.number = number;
        this.name = name;
        this.encoding = encoding;
        this.depthLimit = depthLimit;
        this.messageClass = messageClass;
    }

    /**
     * The AptosNet protocol with this number.
     *
     * @param number 0 to 28
     * @throws IllegalArgumentException for any other number
     */
    public static ProtocolId of(int number) {
        if (!isAptosNet(number)) {
            throw new IllegalArgumentException(
                    "protocol id: " + number + " (expected: 0 to " + (APTOS_NET.size() - 1) + ")");
        }
        return APTOS_NET.get(number);
    }

    /** Whether {@code number} is one of the 29 that every AptosNet node knows. */
    public static boolean isAptosNet(int number) {
        return number >= 0 && number < APTOS_NET.size();
    }

    /** The 29 of AptosNet, by number. */
    public static List<ProtocolId> aptosNet() {
        return APTOS_NET;
    }

    /**
     * A protocol of the application's own, BCS-encoded, of class {@link MessageClass#NORMAL}. Both
     * ends must register it; it is used only on connections where both announced it.
     *
     * @param number 101 to 247
     * @throws IllegalArgumentException for any other number
     */
    public static ProtocolId custom(int number, String name) {
        return custom(number, name, PayloadEncoding.BCS, MessageClass.NORMAL);
    }

    /**
     * A protocol of the application's own.
     *
     * @param number 101 to 247
     * @throws IllegalArgumentException for any other number
     */
    public static ProtocolId custom(
            int number, String name, PayloadEncoding encoding, MessageClass messageClass) {
        if (number < MIN_CUSTOM_NUMBER || number > MAX_NUMBER) {
            throw new IllegalArgumentException(
                    "protocol id: "
                            + number
                            + " (expected: "
                            + MIN_CUSTOM_NUMBER
                            + " to "
                            + MAX_NUMBER
                            + ")");
        }
        return new ProtocolId(number, name, encoding, 64, messageClass);
    }

    /** The number on the wire and in the handshake's bit vector. */
    public int number() {
        return number;
    }

    /** The name in logs and metric labels. */
    public String name() {
        return name;
    }

    /** How the application's messages become payload bytes. */
    public PayloadEncoding encoding() {
        return encoding;
    }

    /** How many containers deep a BCS payload may nest. */
    public int depthLimit() {
        return depthLimit;
    }

    /** The class of a message for which the application names none. */
    public MessageClass messageClass() {
        return messageClass;
    }

    @Override
    public int compareTo(ProtocolId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProtocolId that && that.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    /** The name and, in parentheses, the number. */
    @Override
    public String toString() {
        return name + "(" + number + ")";
    }
}
