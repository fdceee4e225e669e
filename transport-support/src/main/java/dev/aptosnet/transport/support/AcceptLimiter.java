package dev.aptosnet.transport.support;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.SetupFailure;
import dev.aptosnet.ports.transport.SetupFailure.Reason;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps an {@link AcceptRate}. Single owner. */
final class AcceptLimiter {
    /**
     * Addresses that are remembered; with the defaults there are never more than some thousands.
     */
    private static final int MAX_ADDRESSES = 100_000;

    private static final long SECOND = 1_000_000_000L;

    private final AcceptRate rate;

    /** When the next set-up would begin if they were spaced evenly; runs ahead by the burst. */
    private long evenly = Long.MIN_VALUE;

    /** The same of each address that is not back at its full burst, the latest to come last. */
    private final Map<InetAddress, Long> evenlyByAddress = new LinkedHashMap<>();

    AcceptLimiter(AcceptRate rate) {
        this.rate = rate;
    }

    /**
     * Counts one set-up.
     *
     * @param from null if its address has no limit of its own
     * @return why it may not begin and was not counted; null if it may
     */
    @Nullable SetupFailure take(MonoTime now, @Nullable InetAddress from) {
        var nanos = now.nanos();
        forgetTheIdle(nanos);
        var known = from == null ? null : evenlyByAddress.get(from);
        var ofAddress = known == null ? Long.MIN_VALUE : known;
        // The address comes first, so that one that floods does not use up what is for all.
        if (isAhead(ofAddress, nanos, rate.perSecondPerAddress(), rate.burstPerAddress())) {
            return new SetupFailure(
                    Reason.TOO_FAST_FROM_ADDRESS,
                    "this address connects more often than "
                            + rate.perSecondPerAddress()
                            + " times a second (admission.handshakes_per_second_per_ip)");
        }
        if (isAhead(evenly, nanos, rate.perSecond(), rate.burst())) {
            return new SetupFailure(
                    Reason.TOO_FAST,
                    "more than "
                            + rate.perSecond()
                            + " connections in a second (admission.handshakes_per_second)");
        }
        evenly = Math.max(evenly, nanos) + SECOND / rate.perSecond();
        if (from != null) {
            evenlyByAddress.remove(from);
            evenlyByAddress.put(
                    from, Math.max(ofAddress, nanos) + SECOND / rate.perSecondPerAddress());
        }
        return null;
    }

    private static boolean isAhead(long evenly, long nanos, int perSecond, int burst) {
        return evenly > nanos && evenly - nanos > (burst - 1) * (SECOND / perSecond);
    }

    /** Who has its full burst again is like one who was never here. */
    private void forgetTheIdle(long nanos) {
        var eldest = evenlyByAddress.values().iterator();
        while (eldest.hasNext()
                && (eldest.next() <= nanos || evenlyByAddress.size() >= MAX_ADDRESSES)) {
            eldest.remove();
        }
    }

    /** How many addresses are remembered. */
    int addresses() {
        return evenlyByAddress.size();
    }
}
