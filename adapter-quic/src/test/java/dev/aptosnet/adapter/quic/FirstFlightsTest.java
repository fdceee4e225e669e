package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;

import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;

class FirstFlightsTest {
    private static final long NOW = -5; // the clock may be anywhere

    private final FirstFlights flights =
            new FirstFlights(
                    new SettingsBuilder(TestIdentity.next(new Random(1)))
                            .maxPending(5, 3)
                            .build(_ -> {})
                            .limits());

    private static DatagramPacket packet(String ip, int port, int flags, int version, int name) {
        var bytes =
                ByteBuffer.allocate(1200)
                        .put((byte) flags)
                        .putInt(version)
                        .put((byte) Integer.BYTES)
                        .putInt(name)
                        .array();
        return new DatagramPacket(bytes, bytes.length, new InetSocketAddress(ip, port));
    }

    private boolean initial(String ip, int port, int name, long now) {
        return flights.admits(packet(ip, port, 0xc0, 1, name), now);
    }

    @Test
    void anAddressMayBeginAsManyAsItsLimitAndAllAsManyAsTheirs() {
        for (var port = 1; port <= 3; port++) {
            assertThat(initial("10.0.0.1", port, port, NOW)).isTrue();
        }
        assertThat(initial("10.0.0.1", 4, 4, NOW)).isFalse();
        assertThat(initial("10.0.0.2", 1, 5, NOW)).isTrue();
        assertThat(initial("10.0.0.3", 1, 6, NOW)).isTrue();
        assertThat(initial("10.0.0.4", 1, 7, NOW)).isFalse();
        assertThat(initial("10.0.0.1", 1, 1, NOW)).as("sent once more").isTrue();
        assertThat(flights.size()).isEqualTo(5);
    }

    @Test
    void onePortMayNameFourConnections() {
        for (var name = 1; name <= 4; name++) {
            assertThat(initial("10.0.0.1", 1, name, NOW)).isTrue();
        }
        assertThat(initial("10.0.0.1", 1, 5, NOW)).isFalse();
        assertThat(initial("10.0.0.1", 1, 4, NOW)).isTrue();
    }

    @Test
    void whoeverLandedOrWasForgottenMakesRoom() {
        for (var port = 1; port <= 3; port++) {
            assertThat(initial("10.0.0.1", port, port, NOW + port)).isTrue();
        }
        flights.landed(new InetSocketAddress("10.0.0.1", 3), NOW + 3);
        assertThat(initial("10.0.0.1", 4, 4, NOW + 4)).isTrue();
        assertThat(initial("10.0.0.1", 5, 5, NOW + 5)).isFalse();
        var later = NOW + 2 + FirstFlights.FORGOTTEN.toNanos();
        assertThat(initial("10.0.0.1", 5, 5, later)).isTrue();
        assertThat(initial("10.0.0.1", 6, 6, later)).isTrue();
        assertThat(initial("10.0.0.1", 7, 7, later)).isFalse();
        assertThat(flights.size()).isEqualTo(3);
    }

    @Test
    void whenTheLibraryKeepsAsManySessionsAsItMayNobodyNewIsLetInForADay() {
        var hour = Duration.ofHours(1).toNanos();
        var few =
                new FirstFlights(
                        new SettingsBuilder(TestIdentity.next(new Random(1)))
                                .build(_ -> {})
                                .limits(),
                        3);
        for (var port = 1; port <= 3; port++) {
            var at = NOW + port * hour;
            assertThat(few.admits(packet("10.0.0.1", port, 0xc0, 1, port), at)).isTrue();
            few.landed(new InetSocketAddress("10.0.0.1", port), at);
        }
        var next = packet("10.0.0.2", 1, 0xc0, 1, 4);
        assertThat(few.admits(next, NOW + 4 * hour)).isFalse();
        assertThat(few.admits(packet("10.0.0.1", 1, 0x40, 1, 1), NOW + 4 * hour))
                .as("those who are connected go on")
                .isTrue();
        assertThat(few.admits(next, NOW + 25 * hour)).isFalse();
        assertThat(few.admits(next, NOW + 26 * hour)).isTrue();
    }

    @Test
    void otherPacketsPassAndCountNothing() {
        for (var i = 0; i < 100; i++) {
            assertThat(flights.admits(packet("10.0.0.1", i, 0x40, 1, i), NOW)).isTrue(); // short
            assertThat(flights.admits(packet("10.0.0.1", i, 0xe0, 1, i), NOW))
                    .isTrue(); // Handshake
            assertThat(flights.admits(packet("10.0.0.1", i, 0xc0, 2, i), NOW)).isTrue(); // version
        }
        var tiny = new DatagramPacket(new byte[6], 6, new InetSocketAddress("10.0.0.1", 1));
        assertThat(flights.admits(tiny, NOW)).isTrue();
        assertThat(flights.size()).isZero();
    }
}
