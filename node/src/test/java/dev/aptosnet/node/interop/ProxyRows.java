package dev.aptosnet.node.interop;

import static dev.aptosnet.node.interop.WireNoise.concat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;

/** A listener behind a balancer (wire.md section 12). */
interface ProxyRows extends InteropRows {
    String SIGNATURE = "0d0a0d0a000d0a515549540a";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "TCP over IPv4, 21 11 000c 01020304 05060708 1f90 1f91",
        "TCP over IPv4 with TLVs, 21 11 0013 01020304 05060708 1f90 1f91 04000400000000",
        "the command LOCAL, 20 11 000c 01020304 05060708 1f90 1f91",
        "TCP over IPv6, 21 21 0024 20010db8000000000000000000000001"
                + " 20010db8000000000000000000000002 1f90 1f91",
        "no family, 20 00 0000",
        "no family with bytes to skip, 21 00 0003 010203",
        "UDP over IPv4, 21 12 000c 01020304 05060708 1f90 1f91",
        "a UNIX socket, 21 31 0001 00",
    })
    default void headerOfEveryKindIsFollowedByTheHandshake(String name, String hex)
            throws Exception {
        try (var node = startNode(NodeSettings.open().afterAProxy())) {
            for (boolean slowly : new boolean[] {false, true}) {
                var dialer = dialer(node).behind(header(hex));
                try (var client = (slowly ? dialer.byteByByte() : dialer).dial()) {
                    client.echo(Payload.random(1, 100));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "another signature, 0d0a0d0a000d0a515549540b 21 11 000c 01020304 05060708 1f90 1f91",
        "version 1, 50524f58592054435034203127302e302e302e3120312e312e312e31203120320d0a",
        "another version, 0d0a0d0a000d0a515549540a 11 11 000c 01020304 05060708 1f90 1f91",
        "another command, 0d0a0d0a000d0a515549540a 22 11 000c 01020304 05060708 1f90 1f91",
        "another family, 0d0a0d0a000d0a515549540a 21 13 000c 01020304 05060708 1f90 1f91",
        "an IPv4 address too short, 0d0a0d0a000d0a515549540a 21 11 000b 01020304 05060708 1f90 1f",
        "an IPv6 address too short, 0d0a0d0a000d0a515549540a 21 21 000c 01020304 05060708 1f901f91",
    })
    default void badHeaderIsRefusedInSilence(String name, String hex) throws Exception {
        try (var node = startNode(NodeSettings.open().afterAProxy())) {
            var dialer = dialer(node);
            dialer.prepare();
            byte[] bad = Payload.hex(hex.replace(" ", "")).array();
            assertRefusedInSilence(node, concat(bad, dialer.firstMessage()), false);
        }
    }

    @Test
    default void connectionWithoutAHeaderOrWithHalfOfOneIsRefused() throws Exception {
        try (var node = startNode(NodeSettings.open().afterAProxy())) {
            assertRefusedInSilence(node, dialer(node));
            byte[] whole = header("21 11 000c 01020304 05060708 1f90 1f91");
            assertRefusedInSilence(node, Arrays.copyOf(whole, 20), true);
            try (var client = dialer(node).behind(whole).dial()) {
                client.echo(Payload.random(1, 100));
            }
        }
    }

    @Test
    default void headerThatNobodyAskedForIsRefused() throws Exception {
        var dialer = dialer();
        dialer.prepare();
        byte[] header = header("21 11 000c 01020304 05060708 1f90 1f91");
        assertRefusedInSilence(node(), concat(header, dialer.firstMessage()), false);
        assertStillServes(node());
    }

    private static byte[] header(String hex) {
        return Payload.hex(SIGNATURE + hex.replace(" ", "")).array();
    }
}
