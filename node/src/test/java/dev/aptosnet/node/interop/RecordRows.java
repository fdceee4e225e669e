package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.WireMessage.Request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;

/** Noise records and how frames lie in them (wire.md section 5). */
interface RecordRows extends InteropRows {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15})
    default void recordShorterThanItsTagEndsTheConnection(int length) throws Exception {
        try (var client = connect()) {
            client.echo(Payload.random(1, 10));
            client.link().writeRaw(Arrays.copyOf(new byte[] {0, (byte) length}, 2 + length));
            assertClosedInSilence(node(), client.link());
        }
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void recordWithoutPlaintextEndsTheConnection(WireSuite suite) throws Exception {
        try (var client = dialer().suite(suite).dial()) {
            client.echo(Payload.random(1, 10));
            client.link().writeRecord(new byte[0]);
            assertClosedInSilence(node(), client.link());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 10, -1})
    default void flippedBitInARecordEndsTheConnection(int offset) throws Exception {
        try (var client = connect()) {
            byte[] record = client.link().seal(echoFrame(0));
            record[offset < 0 ? record.length + offset : offset] ^= 1;
            client.link().writeRaw(record);
            assertClosedInSilence(node(), client.link());
        }
    }

    @Test
    default void repeatedRecordEndsTheConnection() throws Exception {
        try (var client = connect()) {
            byte[] record = client.link().seal(echoFrame(0));
            client.link().writeRaw(record);
            assertThat(client.readResponse().id()).isZero();
            client.link().writeRaw(record);
            assertClosedInSilence(node(), client.link());
        }
    }

    @Test
    default void droppedRecordEndsTheConnection() throws Exception {
        try (var client = connect()) {
            byte[] dropped = client.link().seal(echoFrame(0));
            byte[] next = client.link().seal(echoFrame(1));
            assertThat(next).isNotEqualTo(dropped);
            client.link().writeRaw(next);
            assertClosedInSilence(node(), client.link());
        }
    }

    @Test
    default void nothingBehindABadRecordIsRead() throws Exception {
        try (var client = connect()) {
            long before = node().directSends();
            byte[] bad = client.link().seal(echoFrame(0));
            bad[5] ^= 1;
            var direct = new WireMessage.DirectSend(13, 0, Payload.random(1, 10));
            byte[] good = client.link().seal(WireLink.frame(WireMessage.encode(direct)));
            client.link().writeRaw(concat(bad, good));
            assertClosedInSilence(node(), client.link());
            assertThat(node().directSends()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 20})
    default void recordCutShortEndsTheConnection(int length) throws Exception {
        try (var client = connect()) {
            client.link().writeRaw(Arrays.copyOf(client.link().seal(echoFrame(0)), length));
            client.link().socket().shutdownOutput();
            assertClosedInSilence(node(), client.link());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 10})
    default void endOfStreamInsideAFrameEndsTheConnection(int length) throws Exception {
        try (var client = connect()) {
            client.link().writeRecord(Arrays.copyOf(echoFrame(0), length));
            client.link().socket().shutdownOutput();
            assertClosedInSilence(node(), client.link());
        }
    }

    @Test
    default void endOfStreamBetweenFramesEndsTheConnection() throws Exception {
        try (var client = connect()) {
            client.echo(Payload.random(1, 10));
            client.link().socket().shutdownOutput();
            assertClosedInSilence(node(), client.link());
        }
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void frameMayBeSpreadOverRecordsOfOneByte(WireSuite suite) throws Exception {
        try (var client = dialer().suite(suite).dial()) {
            for (byte single : echoFrame(5)) {
                client.link().writeRecord(new byte[] {single});
            }
            assertThat(client.readResponse().id()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 17})
    default void frameMayBeSplitAnywhere(int at) throws Exception {
        try (var client = connect()) {
            byte[] frame = echoFrame(6);
            client.link().writeRecord(Arrays.copyOf(frame, at));
            Thread.sleep(20);
            client.link().writeRecord(Arrays.copyOfRange(frame, at, frame.length));
            assertThat(client.readResponse().id()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 1000, 65_519})
    default void manyFramesMayShareRecordsOfAnySize(int plaintext) throws Exception {
        try (var client = connect()) {
            var frames = new ByteArrayOutputStream();
            for (int id = 0; id < 60; id++) {
                var request = new Request(14, id, 0, Payload.random(id, id * 20));
                frames.writeBytes(WireLink.frame(WireMessage.encode(request)));
            }
            byte[] bytes = frames.toByteArray();
            var records = new ByteArrayOutputStream();
            for (int at = 0; at < bytes.length; at += plaintext) {
                int to = Math.min(bytes.length, at + plaintext);
                records.writeBytes(client.link().seal(Arrays.copyOfRange(bytes, at, to)));
            }
            client.link().writeRaw(records.toByteArray());
            for (int i = 0; i < 60; i++) {
                var response = client.readResponse();
                int id = (int) response.id();
                assertThat(response.raw()).isEqualTo(Payload.random(id, id * 20));
            }
            client.link().expectQuiet(Duration.ofMillis(100));
        }
    }

    @Test
    default void largestRecordIsAccepted() throws Exception {
        try (var client = connect()) {
            int overhead =
                    4
                            + WireMessage.encode(new Request(14, 0, 0, Payload.random(1, 65_000)))
                                    .length
                            - 65_000;
            Payload raw = Payload.random(1, WireLink.MAX_PLAINTEXT - overhead);
            byte[] frame = WireLink.frame(WireMessage.encode(new Request(14, 0, 0, raw)));
            assertThat(frame).hasSize(WireLink.MAX_PLAINTEXT);
            client.link().writeRecord(frame);
            assertThat(client.readResponse().raw()).isEqualTo(raw);
        }
    }

    private static byte[] echoFrame(long id) {
        return WireLink.frame(WireMessage.encode(new Request(14, id, 0, Payload.random(id, 30))));
    }
}
