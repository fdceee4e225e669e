package dev.aptosnet.domain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.codec.BlockCompression;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.testkit.Allocations;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Health checks, compressed payloads and addresses. */
class PayloadsTest {
    /** Blocks of literals only, which need no library. */
    private static final BlockCompression LITERALS =
            new BlockCompression() {
                @Override
                public int maxCompressedLength(int length) {
                    return length + length / 255 + 2;
                }

                @Override
                public int compress(byte[] source, int from, int length, byte[] to, int at) {
                    var next = at;
                    to[next++] = (byte) (Math.min(15, length) << 4);
                    for (var rest = length - 15; rest >= 0; rest -= 255) {
                        to[next++] = (byte) Math.min(255, rest);
                    }
                    System.arraycopy(source, from, to, next, length);
                    return next + length - at;
                }

                @Override
                public int expand(byte[] source, int from, int length, byte[] to) {
                    System.arraycopy(source, from + length - to.length, to, 0, to.length);
                    return to.length;
                }
            };

    private final CompressedPayload payload = new CompressedPayload(LITERALS);

    @Test
    void aHealthCheckIsItsVariantAndItsNonce() {
        var ping = new HealthCheckerMsg.Ping(0xdeadbeef);
        assertThat(ping.encode()).isEqualTo(Bytes.hex("00efbeadde"));
        assertThat(HealthCheckerMsg.decode(Bytes.hex("00efbeadde"))).isEqualTo(ping);
        assertThat(HealthCheckerMsg.decode(Bytes.hex("01ffffffff")))
                .isEqualTo(new HealthCheckerMsg.Pong(-1));
        for (var malformed : new String[] {"", "0200000000", "00000000", "000000000000"}) {
            assertThatThrownBy(() -> HealthCheckerMsg.decode(Bytes.hex(malformed)))
                    .isInstanceOf(BcsException.class);
        }
    }

    @Test
    void aCompressedPayloadIsItsSizeAndABlock() {
        assertThat(payload.compress(Bytes.utf8("hello")))
                .isEqualTo(Bytes.hex("050000005068656c6c6f"));
        assertThat(payload.expand(Bytes.hex("050000005068656c6c6f")))
                .isEqualTo(Bytes.utf8("hello"));
        for (var size : new int[] {0, 14, 15, 16, 269, 270, 271, 100_000}) {
            var plain = Bytes.wrap(new byte[size]);
            assertThat(payload.expand(payload.compress(plain))).as("%d", size).isEqualTo(plain);
        }
    }

    @Test
    void aMalformedCompressedPayloadIsRefusedBeforeItTakesMemory() {
        assertCode("", WireError.COMPRESSED_TOO_SHORT);
        assertCode("010000", WireError.COMPRESSED_TOO_SHORT);
        assertCode("ffffffff00", WireError.NEGATIVE_SIZE);
        assertCode("0100de0300", WireError.SIZE_TOO_LARGE);
        assertCode("0000de03" + "5068656c6c6f", WireError.SIZE_MISMATCH);
        assertCode("05000000", WireError.LZ4_MALFORMED);
        assertCode("050000005068656c6c", WireError.LZ4_MALFORMED);
        assertCode("040000005068656c6c6f", WireError.LZ4_OVERFLOW);
        assertCode("060000005068656c6c6f", WireError.SIZE_MISMATCH);
        // A match at offset 0, at one before the beginning, and cut short.
        assertCode("0a00000010610000506162636465", WireError.LZ4_MALFORMED);
        assertCode("0a00000010610900506162636465", WireError.LZ4_MALFORMED);
        assertCode("0a000000106101", WireError.LZ4_MALFORMED);
        // A match of 15 + 4 + 255 + ... bytes, far beyond what is announced.
        assertCode("0a0000001f610100ffffffff00", WireError.LZ4_OVERFLOW);
    }

    @Test
    @DisplayName("R17 a block of 4 KiB that announces 64 MiB is refused before that is allocated")
    void aBombIsRefusedBeforeItIsExpanded() {
        var seed = 17;
        var random = new SplittableRandom(seed);
        var limit = 256 << 10;
        for (var i = 0; i < 2_000; i++) {
            var block = new byte[4096];
            random.nextBytes(block);
            var announced = CompressedPayload.MAX_BYTES - random.nextInt(1000);
            for (var b = 0; b < 4; b++) {
                block[b] = (byte) (announced >>> (8 * b));
            }
            if (i % 2 == 0) {
                // Matches of 255 in the shape of a bomb, as far as 4 KiB reach.
                Arrays.fill(block, 4, block.length, (byte) 0xff);
            }
            var bomb = Bytes.wrap(block);
            var before = Allocations.ofThisThread();
            assertThatThrownBy(() -> payload.expand(bomb))
                    .as("seed %d, %d", seed, i)
                    .isInstanceOf(BcsException.class);
            assertThat(Allocations.ofThisThread() - before)
                    .as("seed %d, %d", seed, i)
                    .isLessThan(limit);
        }
    }

    private void assertCode(String hex, WireError expected) {
        assertThatThrownBy(() -> payload.expand(Bytes.hex(hex)))
                .as(hex)
                .isInstanceOfSatisfying(
                        BcsException.class, e -> assertThat(e.code()).isEqualTo(expected));
    }

    @Test
    void tooLargeAPayloadIsNotCompressed() {
        var tooLarge = Bytes.wrap(new byte[CompressedPayload.MAX_BYTES + 1]);
        assertThatThrownBy(() -> payload.compress(tooLarge))
                .isInstanceOfSatisfying(
                        BcsException.class,
                        e -> assertThat(e.code()).isEqualTo(WireError.SIZE_TOO_LARGE));
        // These bytes do not shrink, so the largest payload does not fit any more.
        var largest = tooLarge.slice(1, tooLarge.size());
        assertThatThrownBy(() -> payload.compress(largest))
                .isInstanceOfSatisfying(
                        BcsException.class,
                        e -> assertThat(e.code()).isEqualTo(WireError.SIZE_TOO_LARGE));
    }

    @Test
    void anAddressIsAByteStringOfItsProtocols() {
        var address = NetworkAddress.parse("/ip4/10.0.0.16/tcp/80");
        assertThat(NetworkAddressBcs.encode(address)).isEqualTo(Bytes.hex("0902000a000010055000"));
        for (var text :
                new String[] {
                    "/ip6/::1/tcp/65535",
                    "/dns/example.org/tcp/1/noise-ik/0x" + "ab".repeat(32) + "/handshake/255",
                    "/dns4/a/tcp/1",
                    "/dns6/b",
                    "/memory/7/noise-ik/0x" + "01".repeat(32)
                }) {
            var one = NetworkAddress.parse(text);
            assertThat(NetworkAddressBcs.decode(NetworkAddressBcs.encode(one))).isEqualTo(one);
        }
    }

    @Test
    void aMalformedAddressIsRefused() {
        for (var bcs :
                new String[] {
                    "",
                    "00",
                    "0100",
                    "0502000a00",
                    "040106010000",
                    "050106010000",
                    "03010900",
                    "0401055000",
                    "03010200",
                    "05010202c328"
                }) {
            assertThatThrownBy(() -> NetworkAddressBcs.decode(Bytes.hex(bcs)))
                    .as(bcs)
                    .isInstanceOfAny(BcsException.class, NetworkAddress.Malformed.class);
        }
        assertThatThrownBy(
                        () ->
                                NetworkAddressBcs.decode(
                                        Bytes.hex("2403060100071f" + "00".repeat(31))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
