package dev.aptosnet.transport.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.AcceptRate;
import dev.aptosnet.ports.transport.Clock;
import dev.aptosnet.ports.transport.SetupFailure.Reason;
import dev.aptosnet.ports.transport.TransportSettings;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** How many inbound set-ups may begin (improvements.md I-07, I-09). */
class AcceptLimiterTest {
    private static final long MILLI = 1_000_000;

    private MonoTime now = new MonoTime(0);
    private final Clock clock =
            new Clock() {
                @Override
                public MonoTime now() {
                    return now;
                }

                @Override
                public long wallMillis() {
                    return 0;
                }
            };

    private static InetAddress ip(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static TransportSettings.Limits limits(AcceptRate rate) {
        return TransportSettings.Limits.builder().acceptRate(rate).build();
    }

    /** Connects and leaves again at once; gives how many were let in, and why the others not. */
    private static int visits(
            PendingInbound pending, String from, int times, Map<Reason, Integer> no) {
        var in = 0;
        for (var i = 0; i < times; i++) {
            var place = Objects.requireNonNull(pending.enter());
            var refusal = place.countFor(ip(from));
            if (refusal == null) {
                in++;
            } else {
                no.merge(refusal.reason(), 1, Integer::sum);
            }
            place.leave();
        }
        return in;
    }

    @Test
    void oneAddressThatFloodsGetsItsRateAndLeavesTheRestToOthers() {
        var pending = new PendingInbound(limits(AcceptRate.DEFAULT), clock);
        var refused = new HashMap<Reason, Integer>();
        var flood = 0;
        var honest = 0;
        // A thousand connections a second for ten seconds, and ten from another address.
        for (var milli = 0; milli < 10_000; milli++) {
            now = new MonoTime(milli * MILLI);
            flood += visits(pending, "192.0.2.1", 1, refused);
            if (milli % 100 == 0) {
                honest += visits(pending, "192.0.2.2", 1, refused);
            }
        }
        assertThat(flood).isBetween(40 + 199, 40 + 200);
        assertThat(honest).isEqualTo(100);
        assertThat(refused).containsOnlyKeys(Reason.TOO_FAST_FROM_ADDRESS);
    }

    @Test
    void manyAddressesTogetherKeepTheRateOfAll() {
        var pending = new PendingInbound(limits(AcceptRate.DEFAULT), clock);
        var refused = new HashMap<Reason, Integer>();
        var in = 0;
        for (var i = 0; i < 20_000; i++) {
            now = new MonoTime(i / 4 * MILLI);
            in += visits(pending, "10.1." + i / 250 % 250 + "." + i % 250, 1, refused);
        }
        assertThat(in).isBetween(256 + 4_998, 256 + 5_000);
        assertThat(refused).containsOnlyKeys(Reason.TOO_FAST);
    }

    @Test
    void thisMachineHasNoLimitOfItsOwnAndAnIpv6HostHasOneForItsPrefix() {
        var pending = new PendingInbound(limits(new AcceptRate(1_000, 256, 1, 1)), clock);
        var refused = new HashMap<Reason, Integer>();
        assertThat(visits(pending, "127.0.0.1", 50, refused)).isEqualTo(50);
        assertThat(visits(pending, "::1", 50, refused)).isEqualTo(50);
        assertThat(visits(pending, "2001:db8:0:1::1", 1, refused)).isEqualTo(1);
        assertThat(refused).isEmpty();
        assertThat(visits(pending, "2001:db8:0:1:ffff::2", 1, refused)).isZero();
        assertThat(visits(pending, "2001:db8:0:2::1", 1, refused)).isEqualTo(1);
        now = now.plus(Duration.ofSeconds(1));
        assertThat(visits(pending, "2001:db8:0:1:ffff::2", 1, refused)).isEqualTo(1);
    }

    @Test
    void addressesAreForgottenOnceTheyCountForNothing() throws Exception {
        var limiter = new AcceptLimiter(AcceptRate.DEFAULT);
        var most = 0;
        for (var i = 0; i < 200_000; i++) {
            var bytes = new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            limiter.take(new MonoTime(i * MILLI), InetAddress.getByAddress(bytes));
            most = Math.max(most, limiter.addresses());
        }
        assertThat(most).isLessThanOrEqualTo(51); // 20 a second, so 50 ms for each to be forgotten
        limiter.take(new MonoTime(300_000 * MILLI), null);
        assertThat(limiter.addresses()).isZero();
    }

    @Test
    void howeverSlowTheRateTheTableIsBounded() throws Exception {
        var limiter = new AcceptLimiter(new AcceptRate(1_000_000, 1_000_000, 1, 1_000_000));
        for (var i = 0; i < 250_000; i++) {
            var bytes = new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            assertThat(limiter.take(new MonoTime(i), InetAddress.getByAddress(bytes))).isNull();
        }
        assertThat(limiter.addresses()).isEqualTo(100_000);
    }

    @Test
    void ratesThatCannotWorkAreRefusedByTheirKey() {
        assertThatThrownBy(() -> new AcceptRate(0, 1, 1, 1))
                .hasMessage("handshakes_per_second: 0 (expected: 1 to 1000000)");
        assertThatThrownBy(() -> new AcceptRate(1, 1, 1, 1_000_001))
                .hasMessageStartingWith("handshake_burst_per_ip: 1000001");
    }
}
