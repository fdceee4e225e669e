package dev.aptosnet.transport.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.transport.support.ProxyHeader.Read.NeedMore;
import dev.aptosnet.transport.support.ProxyHeader.Read.Parsed;
import dev.aptosnet.transport.support.ProxyHeader.Read.Rejected;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static ProxyHeader.Read read(String hex) {
        var bytes = HexFormat.of().parseHex("ffff" + hex + "ee");
        return ProxyHeader.read(bytes, 2, bytes.length - 3);
    }

    private static Parsed parsed(String address, int consumed) {
        return new Parsed(
                address.isEmpty() ? Optional.empty() : Optional.of(NetworkAddress.parse(address)),
                consumed);
    }

    @Test
    void theSourceOfATcpHeaderReplacesTheObservedAddress() {
        assertThat(read(SIGNATURE + "2111000c7f0000010a0000020050ffff"))
                .isEqualTo(parsed("/ip4/127.0.0.1/tcp/80", 28));
        var ip6 = "20010db8000000000000000000000001" + "00".repeat(16) + "1824" + "0000";
        assertThat(read(SIGNATURE + "21210024" + ip6 + "0016"))
                .isEqualTo(parsed("/ip6/2001:db8::1/tcp/6180", 52));
        assertThat(read(SIGNATURE + "2011000f7f0000010a0000020050ffff030000" + "aabb"))
                .isEqualTo(parsed("/ip4/127.0.0.1/tcp/80", 31));
    }

    @Test
    void familiesWithoutATcpAddressAreSkipped() {
        for (var family : new String[] {"00", "12", "22", "31", "32"}) {
            assertThat(read(SIGNATURE + "21" + family + "0002aabbcc")).isEqualTo(parsed("", 18));
            assertThat(read(SIGNATURE + "20" + family + "0000cc")).isEqualTo(parsed("", 16));
        }
    }

    @Test
    void everyPrefixOfAHeaderWantsMore() {
        var header = SIGNATURE + "2111000c7f0000010a0000020050ffff";
        for (var length = 0; length < header.length() / 2; length++) {
            var wanted = length < 16 ? 16 : 28;
            assertThat(read(header.substring(0, 2 * length))).isEqualTo(new NeedMore(wanted));
        }
    }

    @Test
    void whatIsNoHeaderIsRejectedAtItsFirstWrongByte() {
        for (var wrong :
                new String[] {
                    "00",
                    "50524f5859",
                    SIGNATURE.substring(0, 22) + "0b",
                    SIGNATURE + "00",
                    SIGNATURE + "22",
                    SIGNATURE + "31",
                    SIGNATURE + "2155",
                    SIGNATURE + "2110",
                    SIGNATURE + "2111000b",
                    SIGNATURE + "21210023"
                }) {
            assertThat(read(wrong)).as(wrong).isInstanceOf(Rejected.class);
        }
    }

    @Test
    void noBytesMakeItThrow() {
        var seed = 11L;
        var random = new SplittableRandom(seed);
        var header = HexFormat.of().parseHex(SIGNATURE + "2111000c7f0000010a0000020050ffff");
        for (var i = 0; i < 10_000; i++) {
            var bytes = header.clone();
            bytes[12 + random.nextInt(16)] = (byte) random.nextInt();
            bytes[random.nextInt(28)] = (byte) random.nextInt();
            var length = random.nextInt(29);
            assertThat(ProxyHeader.read(bytes, 0, length)).as("seed %d, %d", seed, i).isNotNull();
        }
    }
}
