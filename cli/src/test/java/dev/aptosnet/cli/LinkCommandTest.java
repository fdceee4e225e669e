package dev.aptosnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aptosnet.ports.model.Bytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

@Timeout(60)
class LinkCommandTest {
    @ParameterizedTest
    @CsvSource({
        "5MB,5000000",
        "5mb/s,5000000",
        "512KiB,524288",
        "10Mbit,1250000",
        "1Gbit,125000000",
        "700,700",
    })
    void ratesAreReadAsPeopleTypeThem(String text, long bytesPerSecond) {
        assertThat(Rates.parse(text)).isEqualTo(bytesPerSecond);
    }

    @Test
    void datagramsPassUntilItIsStoppedAndTheSummaryCountsThem() throws Exception {
        try (var far = socket();
                var near = socket()) {
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            var code = new CompletableFuture<Integer>();
            var thread =
                    Thread.ofPlatform()
                            .start(
                                    () ->
                                            code.complete(
                                                    run(
                                                            out,
                                                            err,
                                                            "link",
                                                            "--udp",
                                                            "127.0.0.1:0=127.0.0.1:"
                                                                    + far.getLocalPort(),
                                                            "--delay-ms",
                                                            "5",
                                                            "--seed",
                                                            "7",
                                                            "--json")));
            var at = Pattern.compile("udp 127\\.0\\.0\\.1:(\\d+) to ");
            var match = at.matcher("");
            while (!match.find()) {
                assertThat(code).as(err.toString(UTF_8)).isNotDone();
                Thread.sleep(5);
                match = at.matcher(err.toString(UTF_8));
            }
            var to =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(match.group(1)));
            near.send(new DatagramPacket(new byte[100], 100, to));
            var arrived = new DatagramPacket(new byte[200], 200);
            far.receive(arrived);
            assertThat(arrived.getLength()).isEqualTo(100);

            thread.interrupt();
            assertThat(code.get()).isZero();
            var summary = new Outcome(0, Bytes.wrap(out.toByteArray()), List.of()).json();
            assertThat(summary.get("seed").asLong()).isEqualTo(7);
            assertThat(summary.get("forth").get("bytes").asLong()).isEqualTo(100);
            assertThat(summary.get("back").get("packets").asLong()).isZero();
        }
    }

    @Test
    void countersGoToStandardErrorEverySecondAndTheSummaryToStandardOutput() {
        var outcome =
                Outcome.of(
                        "link",
                        "--tcp",
                        "127.0.0.1:0=127.0.0.1:1",
                        "--loss",
                        "2",
                        "--seconds",
                        "2",
                        "--seed",
                        "7");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .contains(
                        "link: seed 7",
                        "link: loss, reordering and duplication are for UDP; TCP is only delayed");
        assertThat(outcome.err()).filteredOn(line -> line.startsWith("forth: ")).hasSize(2);
        assertThat(outcome.out()).hasSize(3);
    }

    private static int run(ByteArrayOutputStream out, ByteArrayOutputStream err, String... args) {
        return Main.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
    }

    private static DatagramSocket socket() throws IOException {
        var made = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        made.setSoTimeout(20_000);
        return made;
    }
}
