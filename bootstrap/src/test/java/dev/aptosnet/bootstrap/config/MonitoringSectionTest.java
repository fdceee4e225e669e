package dev.aptosnet.bootstrap.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aptosnet.ports.settings.MonitoringSettings;
import dev.aptosnet.ports.settings.MonitoringSettings.Asking;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

class MonitoringSectionTest {
    private final Set<String> unused = new TreeSet<>();

    private MonitoringSettings read(String text) {
        return new MonitoringSection(Section.parse("node.yaml", text)).read(unused);
    }

    @Test
    @DisplayName(
            "CF-05 the client is on by default, disconnects at 3 failures, and can be disabled")
    void defaults() {
        var usually = read("{}");
        assertThat(usually).isEqualTo(MonitoringSettings.DEFAULT);
        assertThat(usually.client()).isTrue();
        assertThat(usually.disconnect()).isTrue();
        assertThat(usually.maxLatencyFailures()).isEqualTo(3);
        assertThat(read("enable_peer_monitoring_client: false"))
                .isEqualTo(MonitoringSettings.DEFAULT.withClient(false));
        assertThat(unused).isEmpty();
    }

    @Test
    @DisplayName("CF-12 changed values are read as they were written")
    void everyKeyIsRead() {
        assertThat(
                        read(
                                """
                                enable_metadata_sanitization: false
                                enable_peer_monitoring_client: false
                                enable_peer_monitoring_server: false
                                num_threads: 4
                                max_network_channel_size: 1000
                                max_concurrent_requests: 1
                                max_num_response_bytes: 2
                                max_request_jitter_ms: 3
                                metadata_update_interval_ms: 4
                                peer_monitor_interval_usec: 5000
                                latency_monitoring:
                                  latency_ping_interval_ms: 6
                                  latency_ping_timeout_ms: 7
                                  max_latency_ping_failures: 8
                                  max_num_latency_pings_to_retain: 9
                                  disconnect_from_peers_on_failures: false
                                network_monitoring:
                                  network_info_request_interval_ms: 10
                                  network_info_request_timeout_ms: 11
                                node_monitoring:
                                  node_info_request_interval_ms: 12
                                  node_info_request_timeout_ms: 13
                                """))
                .isEqualTo(
                        new MonitoringSettings(
                                false,
                                false,
                                false,
                                1,
                                2,
                                Duration.ofMillis(3),
                                Duration.ofMillis(4),
                                Duration.ofMillis(5),
                                asking(6, 7),
                                8,
                                9,
                                false,
                                asking(10, 11),
                                asking(12, 13)));
        assertThat(unused)
                .containsExactly(
                        "peer_monitoring_service.max_network_channel_size",
                        "peer_monitoring_service.num_threads");
    }

    private static Asking asking(int interval, int timeout) {
        return new Asking(Duration.ofMillis(interval), Duration.ofMillis(timeout));
    }

    @Test
    void whatCannotWorkIsRefusedWithItsLine() {
        assertThatThrownBy(() -> read("max_concurrent_requests: 0"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.yaml:1")
                .hasMessageContaining("max_concurrent_requests: 0");
        assertThatThrownBy(() -> read("latency_monitoring:\n  latency_ping_interval: 5"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("node.yaml:2")
                .hasMessageContaining("latency_ping_interval_ms");
    }
}
