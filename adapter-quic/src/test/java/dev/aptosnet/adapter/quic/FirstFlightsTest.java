package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

class FirstFlightsTest {
    private static final long NOW = -5; // the clock may be anywhere

    /** First bytes of packets. */
    private static final int SHORT = 0x40;

    private static final int INITIAL = 0xc0;
    private static final int HANDSHAKE = 0xe0;

    private final FirstFlights<String> flights =
            new FirstFlights<>(
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
        return flights.serverOf(packet(ip, port, INITIAL, 1, name), now, "only") != null;
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
        flights.landed(new InetSocketAddress("10.0.0.1", 3), "only");
        assertThat(initial("10.0.0.1", 4, 4, NOW + 4)).isTrue();
        assertThat(initial("10.0.0.1", 5, 5, NOW + 5)).isFalse();
        var later = NOW + 2 + FirstFlights.FORGOTTEN.toNanos();
        assertThat(initial("10.0.0.1", 5, 5, later)).isTrue();
        assertThat(initial("10.0.0.1", 6, 6, later)).isTrue();
        assertThat(initial("10.0.0.1", 7, 7, later)).isFalse();
        assertThat(flights.size()).isEqualTo(3);
    }

    @Test
    void aFirstPacketThatComesLateBeginsNothing() {
        assertThat(server(INITIAL, 1, 1, "first")).isEqualTo("first");
        flights.landed(new InetSocketAddress("10.0.0.1", 1), "first");
        assertThat(server(INITIAL, 1, 1, "next")).isEqualTo("first");
        assertThat(flights.size()).isZero();
        assertThat(server(INITIAL, 1, 2, "next")).as("another one").isEqualTo("next");
        assertThat(flights.size()).isEqualTo(1);
    }

    @Test
    void aLatePacketMayBeTheFirstToUseTheIdThatTheListenerChose() {
        assertThat(server(INITIAL, 1, 1, "only")).isEqualTo("only");
        flights.landed(new InetSocketAddress("10.0.0.1", 1), "only");
        for (var name = 2; name <= 4; name++) {
            assertThat(server(INITIAL, 1, name, "only")).isEqualTo("only");
        }
        assertThat(flights.size()).isZero();
        assertThat(server(INITIAL, 1, 5, "only")).as("more than that").isEqualTo("only");
        assertThat(flights.size()).isEqualTo(1);
    }

    @Test
    void otherPacketsPassAndCountNothing() {
        for (var i = 0; i < 100; i++) {
            for (var first : new int[] {SHORT, HANDSHAKE}) {
                assertThat(server(first, i, i, "only")).isEqualTo("only");
            }
            var other = packet("10.0.0.1", i, INITIAL, 2, i); // of another version
            assertThat(flights.serverOf(other, NOW, "only")).isEqualTo("only");
        }
        var tiny = new DatagramPacket(new byte[6], 6, new InetSocketAddress("10.0.0.1", 1));
        assertThat(flights.serverOf(tiny, NOW, "only")).isEqualTo("only");
        assertThat(flights.size()).isZero();
    }

    private @Nullable String server(int first, int port, int name, String newest) {
        return flights.serverOf(packet("10.0.0.1", port, first, 1, name), NOW, newest);
    }

    @Test
    void whoeverBeganWithOneServerStaysWithIt() {
        var before = new InetSocketAddress("10.0.0.1", 1);
        assertThat(server(INITIAL, 1, 1, "first")).isEqualTo("first");
        assertThat(server(INITIAL, 2, 2, "first")).isEqualTo("first");
        flights.landed(before, "first");

        // Another server has taken over; the second is still in the middle of TLS.
        assertThat(server(SHORT, 1, 9, "next")).isEqualTo("first");
        assertThat(server(HANDSHAKE, 1, 9, "next")).isEqualTo("first");
        assertThat(server(INITIAL, 2, 3, "next")).isEqualTo("first");
        assertThat(server(HANDSHAKE, 2, 9, "next")).isEqualTo("first");
        assertThat(server(SHORT, 2, 9, "next")).isEqualTo("first");
        assertThat(server(INITIAL, 3, 4, "next")).isEqualTo("next");

        flights.left(before, "first");
        assertThat(server(SHORT, 1, 9, "next")).isEqualTo("next");
    }

    @Test
    void whatIsSentUnderSomebodyElsesAddressTakesNoConnectionAway() {
        var peer = new InetSocketAddress("10.0.0.1", 1);
        flights.landed(peer, "first");
        assertThat(server(INITIAL, 1, 5, "next")).as("a new connection").isEqualTo("next");
        assertThat(server(SHORT, 1, 9, "next")).as("of the link").isEqualTo("first");
        assertThat(server(HANDSHAKE, 1, 9, "next")).as("of the new one").isEqualTo("next");

        // The same address indeed: it has finished TLS with the other one.
        flights.landed(peer, "next");
        flights.left(peer, "first");
        assertThat(server(SHORT, 1, 9, "next")).isEqualTo("next");
    }
}
