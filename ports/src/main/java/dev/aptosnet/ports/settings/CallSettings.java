package dev.aptosnet.ports.settings;

import dev.aptosnet.ports.model.ProtocolId;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long calls may take, beside what their callers say, which is never exceeded (improvements.md
 * I-22). Each names its configuration key.
 *
 * @param adaptive whether a small call to a peer that is known to answer quickly is given up before
 *     its caller would; {@code rpc_deadlines.adaptive}
 * @param shortest the shortest such limit; {@code rpc_deadlines.min_ms}
 * @param longest the longest such limit; {@code rpc_deadlines.max_ms}
 * @param smallBytes up to which request, and which usual answer, a call is small; {@code
 *     rpc_deadlines.small_bytes}
 * @param served how long the peer's requests of single protocols may stay unanswered here, in place
 *     of {@code inbound_rpc_timeout_ms}; a protocol with a limit above {@code longest} is never
 *     given up early; {@code inbound_rpc_timeouts_ms}
 */
public record CallSettings(
        boolean adaptive,
        Duration shortest,
        Duration longest,
        int smallBytes,
        Map<ProtocolId, Duration> served) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** 2 s to 10 s for calls up to 64 KiB; state sync is served for 180 s. */
    public static final CallSettings DEFAULT =
            new CallSettings(
                    true,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10),
                    64 << 10,
                    Map.of(ProtocolId.STORAGE_SERVICE_RPC, Duration.ofSeconds(180)));

    /** What aptos-core does: callers alone say how long they wait, and all are served for 10 s. */
    public static final CallSettings APTOS_CORE =
            new CallSettings(
                    false, DEFAULT.shortest(), DEFAULT.longest(), DEFAULT.smallBytes(), Map.of());

    /** Refuses what cannot work; copies the map. */
    public CallSettings {
        served = Collections.unmodifiableMap(new TreeMap<>(served));
        require("rpc_deadlines.min_ms", shortest, Duration.ofMillis(1), LONGEST);
        require("rpc_deadlines.max_ms", longest, shortest, LONGEST);
        if (smallBytes < 0) {
            throw new IllegalArgumentException(
                    "rpc_deadlines.small_bytes: " + smallBytes + " (expected: >= 0)");
        }
        served.forEach(
                (protocol, limit) ->
                        require(
                                "inbound_rpc_timeouts_ms." + protocol.name(),
                                limit,
                                Duration.ofMillis(1),
                                LONGEST));
    }

    private static void require(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    key
                            + ": "
                            + value.toMillis()
                            + " (expected: "
                            + least.toMillis()
                            + " to "
                            + most.toMillis()
                            + ")");
        }
    }

    /** Like these, with {@code rpc_deadlines.adaptive} on or off. */
    public CallSettings withAdaptive(boolean adaptive) {
        return new CallSettings(adaptive, shortest, longest, smallBytes, served);
    }

    /** Like these, with other bounds of adaptive limits. */
    public CallSettings withBounds(Duration shortest, Duration longest) {
        return new CallSettings(adaptive, shortest, longest, smallBytes, served);
    }

    /** Like these, with another limit for serving one protocol. */
    public CallSettings withServed(ProtocolId protocol, Duration limit) {
        var all = new TreeMap<>(served);
        all.put(protocol, limit);
        return new CallSettings(adaptive, shortest, longest, smallBytes, all);
    }
}
