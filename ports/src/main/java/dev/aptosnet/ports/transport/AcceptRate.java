package dev.aptosnet.ports.transport;

/**
 * How many connections that others open a transport begins to set up each second (improvements.md
 * I-07, I-09): a rate, and a burst that may go ahead of it. What comes beyond is closed before
 * anything is read or computed for it.
 *
 * <p>One address is an IPv4 address, or the 64 leading bits of an IPv6 one, which is what one host
 * may choose from. This machine's own addresses have no limit of their own: behind them there is
 * nobody who could not do worse, and maybe a proxy with everybody behind it.
 *
 * @param perSecond {@code admission.handshakes_per_second}, from all addresses
 * @param burst {@code admission.handshake_burst}
 * @param perSecondPerAddress {@code admission.handshakes_per_second_per_ip}, from one address
 * @param burstPerAddress {@code admission.handshake_burst_per_ip}
 */
public record AcceptRate(int perSecond, int burst, int perSecondPerAddress, int burstPerAddress) {
    /** The largest value of each. */
    public static final int MAX = 1_000_000;

    /** 1 000 in a second from all, and 20 from one address, with bursts of 256 and 40. */
    public static final AcceptRate DEFAULT = new AcceptRate(1_000, 256, 20, 40);

    /** Refuses what cannot work. */
    public AcceptRate {
        require("handshakes_per_second", perSecond);
        require("handshake_burst", burst);
        require("handshakes_per_second_per_ip", perSecondPerAddress);
        require("handshake_burst_per_ip", burstPerAddress);
    }

    private static void require(String key, int value) {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: 1 to " + MAX + ")");
        }
    }
}
