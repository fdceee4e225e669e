package dev.aptosnet.domain.monitoring;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.BcsReader;
import dev.aptosnet.domain.wire.BcsWriter;
import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.domain.wire.NetworkIdBcs;
import dev.aptosnet.domain.wire.WireError;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;

import java.time.Duration;

/**
 * The payloads under protocol 10, as BCS (docs/adr/0024). The reference's own types have read and
 * written the vectors that this class passes.
 *
 * <pre>
 * request   0 | 0 network information
 *             | 1 node information
 *             | 2 server protocol version
 *             | 3 latency ping: counter u64
 * response  1 | 0 ok  | 0 latency ping: counter u64
 *                     | 1 network: map of (network id, peer 32) to (address, peer 32, role),
 *                                  distance u64
 *                     | 2 node: map of string to string, epoch u64, version u64, time u64,
 *                               lowest version u64, uptime (seconds u64, nanoseconds u32)
 *                     | 3 server protocol version: u64
 *             | 1 err | 0 internal error: string
 *                     | 1 invalid request: string
 * </pre>
 */
public final class MonitoringBcs {
    private static final int REQUEST = 0;
    private static final int RESPONSE = 1;

    private static final int GET_NETWORK = 0;
    private static final int GET_NODE = 1;
    private static final int GET_VERSION = 2;
    private static final int PING = 3;

    private static final int OK = 0;
    private static final int ERR = 1;

    private static final int PONG = 0;
    private static final int NETWORK = 1;
    private static final int NODE = 2;
    private static final int VERSION = 3;

    private static final int INTERNAL_ERROR = 0;
    private static final int INVALID_REQUEST = 1;

    /**
     * Bytes of a response's payload before the answer itself: the variants of message and result.
     * {@code max_num_response_bytes} bounds what comes after them.
     */
    static final int RESPONSE_HEAD_BYTES = 2;

    private static final PeerRole[] ROLES = PeerRole.values();

    private MonitoringBcs() {}

    /** The payload of a request. */
    public static Bytes encode(MonitoringRequest request) {
        var out = new BcsWriter().variant(REQUEST);
        switch (request) {
            case MonitoringRequest.GetNetworkInformation _ -> out.variant(GET_NETWORK);
            case MonitoringRequest.GetNodeInformation _ -> out.variant(GET_NODE);
            case MonitoringRequest.GetServerProtocolVersion _ -> out.variant(GET_VERSION);
            case MonitoringRequest.LatencyPing(var counter) -> out.variant(PING).u64(counter);
        }
        return out.toBytes();
    }

    /** The payload of a response. */
    public static Bytes encode(MonitoringResponse response) {
        var out = new BcsWriter().variant(RESPONSE);
        switch (response) {
            case MonitoringResponse.LatencyPing(var counter) ->
                    out.variant(OK).variant(PONG).u64(counter);
            case MonitoringResponse.Network(var information) -> {
                out.variant(OK).variant(NETWORK);
                write(out, information);
            }
            case MonitoringResponse.Node(var information) -> {
                out.variant(OK).variant(NODE);
                write(out, information);
            }
            case MonitoringResponse.ServerProtocolVersion(var version) ->
                    out.variant(OK).variant(VERSION).u64(version);
            case MonitoringResponse.Internal(var detail) ->
                    out.variant(ERR).variant(INTERNAL_ERROR).string(detail);
            case MonitoringResponse.Invalid(var detail) ->
                    out.variant(ERR).variant(INVALID_REQUEST).string(detail);
        }
        return out.toBytes();
    }

    /**
     * Reads the payload of a request.
     *
     * @throws BcsException if it is none
     */
    public static MonitoringRequest decodeRequest(Bytes payload) {
        var in = begin(payload, REQUEST);
        MonitoringRequest request =
                switch (in.variant(PING + 1)) {
                    case GET_NETWORK -> new MonitoringRequest.GetNetworkInformation();
                    case GET_NODE -> new MonitoringRequest.GetNodeInformation();
                    case GET_VERSION -> new MonitoringRequest.GetServerProtocolVersion();
                    default -> new MonitoringRequest.LatencyPing(in.u64());
                };
        in.end();
        return request;
    }

    /**
     * Reads the payload of a response.
     *
     * @throws BcsException if it is none
     */
    public static MonitoringResponse decodeResponse(Bytes payload) {
        var in = begin(payload, RESPONSE);
        var response = in.variant(ERR + 1) == OK ? readAnswer(in) : readError(in);
        in.end();
        return response;
    }

    private static BcsReader begin(Bytes payload, int expected) {
        var in = new BcsReader(payload);
        if (in.variant(RESPONSE + 1) != expected) {
            throw new BcsException(
                    WireError.UNKNOWN_VARIANT,
                    expected == REQUEST
                            ? "a response, not a request"
                            : "a request, not a response");
        }
        return in;
    }

    private static MonitoringResponse readAnswer(BcsReader in) {
        return switch (in.variant(VERSION + 1)) {
            case PONG -> new MonitoringResponse.LatencyPing(in.u64());
            case NETWORK -> new MonitoringResponse.Network(readNetwork(in));
            case NODE -> new MonitoringResponse.Node(readNode(in));
            default -> new MonitoringResponse.ServerProtocolVersion(in.u64());
        };
    }

    private static MonitoringResponse readError(BcsReader in) {
        return in.variant(INVALID_REQUEST + 1) == INTERNAL_ERROR
                ? new MonitoringResponse.Internal(in.string())
                : new MonitoringResponse.Invalid(in.string());
    }

    private static void write(BcsWriter out, NetworkInformation information) {
        out.map(information.connectedPeers(), MonitoringBcs::write, MonitoringBcs::write)
                .u64(information.distanceFromValidators());
    }

    private static NetworkInformation readNetwork(BcsReader in) {
        var peers = in.map(MonitoringBcs::readName, MonitoringBcs::readPeer);
        return new NetworkInformation(peers, in.u64());
    }

    private static void write(BcsWriter out, PeerOnNetwork name) {
        NetworkIdBcs.write(out, name.network());
        out.peerId(name.peer());
    }

    private static PeerOnNetwork readName(BcsReader in) {
        return new PeerOnNetwork(NetworkIdBcs.read(in), in.peerId());
    }

    private static void write(BcsWriter out, ConnectedPeer peer) {
        NetworkAddressBcs.write(out, peer.address());
        out.peerId(peer.peer()).variant(peer.role().ordinal());
    }

    private static ConnectedPeer readPeer(BcsReader in) {
        return new ConnectedPeer(readAddress(in), in.peerId(), ROLES[in.variant(ROLES.length)]);
    }

    private static NetworkAddress readAddress(BcsReader in) {
        try {
            return NetworkAddressBcs.read(in);
        } catch (NetworkAddress.Malformed e) {
            var failure = new BcsException(WireError.BAD_ADDRESS, String.valueOf(e.getMessage()));
            failure.initCause(e);
            throw failure;
        }
    }

    private static void write(BcsWriter out, NodeInformation information) {
        out.map(information.buildInformation(), BcsWriter::string, BcsWriter::string)
                .u64(information.highestSyncedEpoch())
                .u64(information.highestSyncedVersion())
                .u64(information.ledgerTimestampMicros())
                .u64(information.lowestAvailableVersion())
                .u64(information.uptime().toSeconds())
                .u32(information.uptime().toNanosPart());
    }

    private static NodeInformation readNode(BcsReader in) {
        return new NodeInformation(
                in.map(BcsReader::string, BcsReader::string),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                readDuration(in));
    }

    /** Nanoseconds of a second and more are carried over, as every reader of such pairs does. */
    private static Duration readDuration(BcsReader in) {
        var seconds = in.u64();
        var nanos = Integer.toUnsignedLong(in.u32());
        if (seconds < 0 || seconds > Long.MAX_VALUE - 4) {
            throw new BcsException(
                    WireError.DURATION_TOO_LONG, Long.toUnsignedString(seconds) + " seconds");
        }
        return Duration.ofSeconds(seconds, nanos);
    }
}
