package dev.aptosnet.domain.monitoring;

import static dev.aptosnet.domain.monitoring.Infos.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.domain.wire.BcsException;
import dev.aptosnet.domain.wire.WireError;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;
import dev.aptosnet.ports.monitoring.ConnectedPeer;
import dev.aptosnet.ports.monitoring.NetworkInformation;
import dev.aptosnet.ports.monitoring.NodeInformation;
import dev.aptosnet.ports.monitoring.PeerOnNetwork;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The layout that docs/adr/0024 settles, byte by byte, and everything that is none. */
class MonitoringBcsTest {
    private static final String ID_1 = "00".repeat(31) + "01";
    private static final String ID_2 = "00".repeat(31) + "02";

    private static final List<MonitoringRequest> REQUESTS =
            List.of(
                    new MonitoringRequest.GetNetworkInformation(),
                    new MonitoringRequest.GetNodeInformation(),
                    new MonitoringRequest.GetServerProtocolVersion(),
                    new MonitoringRequest.LatencyPing(258));

    private static Map<MonitoringResponse, String> responses() {
        var responses = new LinkedHashMap<MonitoringResponse, String>();
        responses.put(new MonitoringResponse.LatencyPing(-1), "010000ffffffffffffffff");
        responses.put(
                new MonitoringResponse.Network(
                        new NetworkInformation(
                                Map.of(
                                        new PeerOnNetwork(NetworkId.VFN, id(2)),
                                        new ConnectedPeer(
                                                NetworkAddress.parse("/ip4/1.2.3.4/tcp/6180"),
                                                id(2),
                                                PeerRole.VALIDATOR),
                                        new PeerOnNetwork(NetworkId.PUBLIC, id(1)),
                                        new ConnectedPeer(
                                                NetworkAddress.parse("/ip4/1.2.3.4/tcp/6180"),
                                                id(1),
                                                PeerRole.UNKNOWN)),
                                1)),
                "01000102"
                        + ("01" + ID_1)
                        + ("09" + "02" + "0001020304" + "052418" + ID_1 + "06")
                        + ("020376666e" + ID_2)
                        + ("09" + "02" + "0001020304" + "052418" + ID_2 + "00")
                        + "0100000000000000");
        responses.put(
                new MonitoringResponse.Node(
                        new NodeInformation(
                                Map.of("b", "2", "a", "1"), 1, 2, 3, 4, Duration.ofSeconds(5, 6))),
                "01000202"
                        + "0161"
                        + "0131"
                        + "0162"
                        + "0132"
                        + "0100000000000000"
                        + "0200000000000000"
                        + "0300000000000000"
                        + "0400000000000000"
                        + "0500000000000000"
                        + "06000000");
        responses.put(new MonitoringResponse.ServerProtocolVersion(1), "0100030100000000000000");
        responses.put(new MonitoringResponse.Internal("no"), "010100026e6f");
        responses.put(new MonitoringResponse.Invalid("no"), "010101026e6f");
        return responses;
    }

    @Test
    void requestsAreWrittenAndReadAsSettled() {
        assertThat(REQUESTS)
                .extracting(request -> MonitoringBcs.encode(request).toHex())
                .containsExactly("0000", "0001", "0002", "00030201000000000000");
        assertThat(REQUESTS)
                .allSatisfy(
                        request ->
                                assertThat(
                                                MonitoringBcs.decodeRequest(
                                                        MonitoringBcs.encode(request)))
                                        .isEqualTo(request));
    }

    @Test
    void responsesAreWrittenAndReadAsSettled() {
        responses()
                .forEach(
                        (response, hex) -> {
                            assertThat(MonitoringBcs.encode(response).toHex()).isEqualTo(hex);
                            assertThat(MonitoringBcs.decodeResponse(Bytes.hex(hex)))
                                    .isEqualTo(response);
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "'', EOF",
        "00, EOF",
        "0004, UNKNOWN_VARIANT",
        "0100030100000000000000, UNKNOWN_VARIANT", // a response
        "02, UNKNOWN_VARIANT",
        "0003020100000000, EOF",
        "000300000000000000000000, TRAILING_BYTES",
        "000000, TRAILING_BYTES",
    })
    void whatIsNoRequestIsRefused(String hex, WireError why) {
        assertThatThrownBy(() -> MonitoringBcs.decodeRequest(Bytes.hex(hex)))
                .isInstanceOfSatisfying(
                        BcsException.class, e -> assertThat(e.code()).isEqualTo(why));
    }

    @ParameterizedTest
    @CsvSource({
        "'', EOF",
        "0000, UNKNOWN_VARIANT", // a request
        "0102, UNKNOWN_VARIANT",
        "010004, UNKNOWN_VARIANT",
        "010102, UNKNOWN_VARIANT",
        "01010001ff, INVALID_UTF8",
        "0101000561, EOF",
        "010001ffffffff07, EOF", // a map of 2^31-1 entries
        "010002ffffffff0f, LENGTH_TOO_LARGE",
        "010002020161013101610132, NON_CANONICAL_MAP",
    })
    void whatIsNoResponseIsRefused(String hex, WireError why) {
        assertThatThrownBy(() -> MonitoringBcs.decodeResponse(Bytes.hex(hex)))
                .isInstanceOfSatisfying(
                        BcsException.class, e -> assertThat(e.code()).isEqualTo(why));
    }

    @Test
    void anAddressThatIsNoneIsRefusedAsSuch() {
        var address = "03" + "01" + "0519"; // tcp without a host, and a byte short
        for (var broken :
                List.of(
                        "010001" + "01" + ("01" + ID_1) + "0401051918" + ID_1 + "06",
                        "010001" + "01" + ("01" + ID_1) + "0100" + ID_1 + "06",
                        "010001" + "01" + ("01" + ID_1) + address + ID_1 + "06")) {
            assertThatThrownBy(
                            () ->
                                    MonitoringBcs.decodeResponse(
                                            Bytes.hex(broken + "0100000000000000")))
                    .isInstanceOf(BcsException.class);
        }
    }

    @Test
    void nanosecondsOfMoreThanASecondAreCarriedOver() {
        var zeros = "00".repeat(32);
        assertThat(
                        MonitoringBcs.decodeResponse(
                                Bytes.hex("01000200" + zeros + "0100000000000000" + "ffffffff")))
                .isEqualTo(
                        new MonitoringResponse.Node(
                                new NodeInformation(
                                        Map.of(),
                                        0,
                                        0,
                                        0,
                                        0,
                                        Duration.ofSeconds(1, 0xffff_ffffL))));
    }

    @Test
    void aDurationThatNoClockHoldsIsRefused() {
        for (var seconds : List.of("ffffffffffffffff", "ffffffffffffff7f")) {
            var payload = Bytes.hex("01000200" + "00".repeat(32) + seconds + "ffffffff");
            assertThatThrownBy(() -> MonitoringBcs.decodeResponse(payload))
                    .isInstanceOfSatisfying(
                            BcsException.class,
                            e -> assertThat(e.code()).isEqualTo(WireError.DURATION_TOO_LONG));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingButBcsExceptionComesOutOfDamagedBytes(long seed) {
        var random = new Random(seed);
        var samples = responses().values().stream().map(Bytes::hex).toList();
        var refused = 0;
        for (var i = 0; i < 20_000; i++) {
            var bytes = samples.get(random.nextInt(samples.size())).toByteArray();
            for (var changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 2));
            try {
                MonitoringBcs.decodeResponse(Bytes.wrap(bytes));
            } catch (BcsException _) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", bytes " + Bytes.wrap(bytes).toHex(), e);
            }
        }
        assertThat(refused).isPositive();
    }
}
