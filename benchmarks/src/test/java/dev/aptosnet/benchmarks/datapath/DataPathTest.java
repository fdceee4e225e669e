package dev.aptosnet.benchmarks.datapath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.benchmarks.quic.Report;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HexFormat;

/** The yardsticks, and those parts that need neither time nor quiet. */
@Timeout(120)
class DataPathTest {
    @Test
    void thePlainEncoderWritesTheExamplesOfTheSpecification() {
        var hello = "hello world".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(hex(PlainCodec.directSend(2, 0, hello)))
                .isEqualTo("000302000b68656c6c6f20776f726c64");
        var ping = HexFormat.of().parseHex("00efbeadde");
        assertThat(hex(PlainCodec.request(5, 0, 0, ping)))
                .isEqualTo("00010500000000000500efbeadde");
        var pong = HexFormat.of().parseHex("01efbeadde");
        assertThat(hex(PlainCodec.response(0, 0, pong))).isEqualTo("000200000000000501efbeadde");
        assertThat(hex(PlainCodec.streamFragment(0, 1, new byte[] {(byte) 0xd4})))
                .isEqualTo("0101000000000101d4");
        assertThat(hex(PlainCodec.parsingError(7, 9))).isEqualTo("0000000709");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theNodeWritesWhatThePlainEncoderWrites(long seed) {
        assertThat(EncodeWork.differences(seed, 10_000)).as("seed %s", seed).isZero();
    }

    @Test
    void whatThePlainReaderIsNotMeantForIsRefused() {
        assertThatThrownBy(() -> PlainCodec.readDirectSend(PlainCodec.response(1, 0, new byte[3])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(PlainCodec.readDirectSend(PlainCodec.directSend(200, 7, new byte[] {1, 2})))
                .usingRecursiveComparison()
                .isEqualTo(new PlainCodec.DirectSend(200, 7, new byte[] {1, 2}));
    }

    @Test
    void aBroadcastEncodesOnceAndHasARow() throws Exception {
        var report = new Report<>(Side.class, Side::title, "ratio");
        new BroadcastWork(report).run();
        assertThat(report.table()).contains("encodes for 100 peers").contains("= 1  yes");
    }
}
