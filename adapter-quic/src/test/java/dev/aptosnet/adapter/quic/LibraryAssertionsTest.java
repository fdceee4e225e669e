package dev.aptosnet.adapter.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.testkit.SettingsBuilder;
import dev.aptosnet.testkit.TestIdentity;
import dev.aptosnet.testkit.TransportNode;

import org.junit.jupiter.api.Test;

import tech.kwik.core.QuicConnection;

import java.time.Duration;
import java.util.Random;

/** Assertions are on in this JVM, but not the library's, however a transport was made. */
class LibraryAssertionsTest {
    @Test
    void whereThereIsATransportTheLibraryAssertsNothing() {
        var identity = TestIdentity.next(new Random(23));
        var provider = new QuicWith(Duration.ofSeconds(30), 3);
        try (var _ = new TransportNode(provider, identity, new SettingsBuilder(identity))) {
            assertThat(LibraryAssertionsTest.class.desiredAssertionStatus()).isTrue();
            assertThat(QuicConnection.class.desiredAssertionStatus()).isFalse();
        }
    }
}
