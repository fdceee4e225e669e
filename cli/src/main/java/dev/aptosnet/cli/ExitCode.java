package dev.aptosnet.cli;

import dev.aptosnet.bootstrap.config.ConfigException;
import dev.aptosnet.ports.client.ConnectFailure;
import dev.aptosnet.ports.client.NetworkException;
import dev.aptosnet.ports.transport.SetupFailure;

/** What the process's exit code says. The one place where failures become codes. */
enum ExitCode {
    OK(0),
    /** Any failure without a code of its own. */
    FAILED(1),
    /** Wrong flags or arguments. */
    USAGE(2),
    /** A configuration or key file, or a setting in it, cannot be used. */
    CONFIG(3),
    CANNOT_CONNECT(4),
    AUTHENTICATION_REFUSED(5),
    /** Another chain or network, or no common protocol. */
    PROTOCOL_MISMATCH(6),
    TIMEOUT(7),
    /** A limit of ours or of the peer's. */
    LIMIT(8);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ExitCode of(Throwable failure) {
        return switch (failure) {
            case CommandFailure f -> f.code();
            case ConfigException _ -> CONFIG;
            case ConnectFailure f -> of(f.failure().reason());
            case NetworkException f -> of(f);
            case IllegalArgumentException _ -> CONFIG;
            default -> FAILED;
        };
    }

    static ExitCode of(NetworkException failure) {
        return switch (failure) {
            case NetworkException.NotConnected _,
                    NetworkException.Draining _,
                    NetworkException.PeerDisconnected _ ->
                    CANNOT_CONNECT;
            case NetworkException.TimedOut _ -> TIMEOUT;
            case NetworkException.Refused _,
                    NetworkException.MessageTooLarge _,
                    NetworkException.CircuitOpen _ ->
                    LIMIT;
            case NetworkException.UnsupportedProtocol _, NetworkException.BadAnswer _ ->
                    PROTOCOL_MISMATCH;
        };
    }

    static ExitCode of(SetupFailure.Reason reason) {
        return switch (reason) {
            case BAD_ADDRESS -> USAGE;
            case UNRESOLVED_NAME,
                    CONNECT_FAILED,
                    CANCELED,
                    BAD_PROXY_HEADER,
                    SELF_DIAL,
                    ALREADY_CONNECTED,
                    INPUT_OUTPUT ->
                    CANNOT_CONNECT;
            // A listener that refuses a dialer's Noise message says nothing and closes.
            case TRUNCATED,
                    WRONG_SERVER_KEY,
                    NOISE_DECRYPT,
                    INVALID_DH,
                    UNTRUSTED_PEER,
                    UNTRUSTED_KEY,
                    PEER_ID_MISMATCH,
                    REPLAY ->
                    AUTHENTICATION_REFUSED;
            case BAD_HELLO, WRONG_CHAIN, WRONG_NETWORK, NO_COMMON_PROTOCOLS -> PROTOCOL_MISMATCH;
            case TIMEOUT -> TIMEOUT;
            case TOO_MANY_PENDING,
                    TOO_MANY_PENDING_FROM_ADDRESS,
                    TOO_FAST,
                    TOO_FAST_FROM_ADDRESS,
                    NOT_ADMITTED ->
                    LIMIT;
        };
    }
}
