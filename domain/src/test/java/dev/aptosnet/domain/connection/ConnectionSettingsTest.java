package dev.aptosnet.domain.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.model.MessageClass;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.function.UnaryOperator;

class ConnectionSettingsTest {
    @Test
    void defaultsAreThoseOfTheReference() {
        var settings = ConnectionSettings.DEFAULTS;
        assertThat(settings.maxFrameBytes()).isEqualTo(4_194_304);
        assertThat(settings.maxMessageBytes()).isEqualTo(67_108_864);
        assertThat(settings.maxInboundCalls()).isEqualTo(100);
        assertThat(settings.maxOutboundCalls()).isEqualTo(100);
        assertThat(settings.inboundCallLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.weights()).containsExactly(16, 8, 4, 2);
    }

    @Test
    void refusalsNameTheKeyAndTheValue() {
        refused(b -> b.maxFrameBytes(64), "max_frame_size: 64 (expected: > 64)");
        refused(b -> b.maxMessageBytes(0), "max_message_size: 0 (expected: > 0)");
        refused(
                b -> b.maxFrameBytes(1000),
                "max_message_size: 67108864 (expected: at most 255 times (max_frame_size - 64))");
        refused(b -> b.minPieceBytes(0), "min_piece_bytes: 0 (expected: > 0)");
        refused(b -> b.maxOutboundCalls(0), "max_concurrent_outbound_rpcs: 0 (expected: > 0)");
        refused(b -> b.maxInboundCalls(-1), "max_concurrent_inbound_rpcs: -1 (expected: > 0)");
        refused(b -> b.inboundCallLimit(Duration.ZERO), "inbound_rpc_timeout_ms");
        refused(b -> b.maxInboundStreams(15), "max_open_streams: 15 (expected: 16 to 1024)");
        refused(b -> b.streamProgressLimit(Duration.ofNanos(-1)), "stream_timeout_ms");
        refused(b -> b.criticalAllowanceBytes(0), "priorities.critical_allowance: 0");
        refused(
                b -> b.queue(MessageClass.LOW, new ConnectionSettings.Queue(10, 1 << 20, 1)),
                "priorities.queue_bytes: 1048576 (expected: at least max_message_size");
        assertThatThrownBy(() -> new ConnectionSettings.Queue(0, 1, 1))
                .hasMessageContaining("priorities.queue_messages: 0 (expected: > 0)");
        assertThatThrownBy(() -> new ConnectionSettings.Queue(1, 1, 0))
                .hasMessageContaining("priorities.weight: 0 (expected: 1 to 1000)");
    }

    private static void refused(UnaryOperator<ConnectionSettings.Builder> change, String message) {
        assertThatThrownBy(() -> change.apply(ConnectionSettings.builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
