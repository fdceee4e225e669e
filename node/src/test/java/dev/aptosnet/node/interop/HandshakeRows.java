package dev.aptosnet.node.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.interop.NodeSettings.Trusted;
import dev.aptosnet.node.interop.WireHello.WireNetwork;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Noise and authentication at the listener (wire.md section 4). */
interface HandshakeRows extends InteropRows {
    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void eitherSuiteConnects(WireSuite suite) throws Exception {
        try (var client = dialer().suite(suite).dial()) {
            client.echo(Payload.random(1, 100));
        }
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void nodeWithOneSuiteRefusesTheOther(WireSuite only) throws Exception {
        try (var node = startNode(NodeSettings.open().onlySuite(only))) {
            WireSuite other = only == WireSuite.AESGCM ? WireSuite.CHACHAPOLY : WireSuite.AESGCM;
            assertRefusedInSilence(node, dialer(node).suite(other));
            try (var client = dialer(node).suite(only).dial()) {
                client.echo(Payload.random(1, 100));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void firstMessageMayArriveOneByteAtATime(WireSuite suite) throws Exception {
        try (var client = dialer().suite(suite).byteByByte().dial()) {
            client.echo(Payload.random(1, 100));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    default void garbageInPlaceOfTheFirstMessageIsRefused(long seed) throws Exception {
        assertRefusedInSilence(node(), Payload.random(seed, 168).array(), false);
        assertStillServes(node());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 32, 63, 64, 95, 96, 143, 144, 167})
    default void flippedBitInTheFirstMessageIsRefused(int offset) throws Exception {
        var dialer = dialer();
        dialer.prepare();
        byte[] first = dialer.firstMessage();
        first[offset] ^= 0x10;
        assertRefusedInSilence(node(), first, false);
        assertStillServes(node());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 100, 167})
    default void firstMessageCutShortIsClosedWithoutAnAnswer(int length) throws Exception {
        var dialer = dialer();
        dialer.prepare();
        assertRefusedInSilence(node(), Arrays.copyOf(dialer.firstMessage(), length), true);
        assertStillServes(node());
    }

    @Test
    default void anotherServerKeyInThePrologueIsRefused() throws Exception {
        assertRefusedInSilence(node(), dialer().prologueKey(WireKeys.generate().publicKey()));
    }

    @Test
    default void clientThatMeansAnotherServerIsRefused() throws Exception {
        var other = new WireDialer(node().host(), node().port(), WireKeys.generate().publicKey());
        assertRefusedInSilence(node(), other);
    }

    @Test
    default void clientThatNamesItselfWithTheNodesPeerIdIsRefused() throws Exception {
        assertRefusedInSilence(node(), dialer().peerId(node().peerId()));
    }

    @Test
    default void strangerWhosePeerIdIsNotItsKeyIsRefused() throws Exception {
        assertRefusedInSilence(node(), dialer().peerId(WireKeys.generate().publicKey()));
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void ephemeralPointOfSmallOrderIsRefused(WireSuite suite) throws Exception {
        assertRefusedInSilence(node(), dialer().suite(suite).ephemeral(WireKeys.zero()));
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void staticPointOfSmallOrderIsRefused(WireSuite suite) throws Exception {
        assertRefusedInSilence(node(), dialer().suite(suite).keys(WireKeys.zero()));
    }

    @Test
    default void trustedPeerWithAnotherKeyIsRefusedEvenWhereStrangersAreWelcome() throws Exception {
        WireKeys known = WireKeys.generate();
        Payload account = Payload.random(7, 32);
        var trusted = new Trusted(account, Payload.of(known.publicKey()));
        try (var node = startNode(NodeSettings.open().trusting(trusted))) {
            assertRefusedInSilence(node, dialer(node).peerId(account.array()));
            try (var client = dialer(node).keys(known).peerId(account.array()).dial()) {
                client.echo(Payload.random(1, 100));
            }
            assertStillServes(node);
        }
    }

    @Test
    default void mutualModeTakesTrustedPeersOnly() throws Exception {
        WireKeys known = WireKeys.generate();
        Payload account = Payload.random(8, 32);
        var trusted = new Trusted(account, Payload.of(known.publicKey()));
        try (var node = startNode(NodeSettings.open().mutual(trusted))) {
            assertRefusedInSilence(node, dialer(node));
            assertRefusedInSilence(node, dialer(node).keys(known));
            assertRefusedInSilence(node, dialer(node).peerId(account.array()));
            try (var client = dialer(node).keys(known).peerId(account.array()).dial()) {
                client.echo(Payload.random(1, 100));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -86_400_000})
    default void mutualModeRefusesATimestampThatIsNotNewer(long millisLater) throws Exception {
        WireKeys known = WireKeys.generate();
        var trusted = new Trusted(Payload.of(known.publicKey()), Payload.of(known.publicKey()));
        try (var node = startNode(NodeSettings.open().mutual(trusted))) {
            long first = System.currentTimeMillis();
            try (var client = dialer(node).keys(known).timestamp(first).dial()) {
                client.echo(Payload.random(1, 100));
                assertRefusedInSilence(
                        node, dialer(node).keys(known).timestamp(first + millisLater));
                client.echo(Payload.random(2, 100));
            }
            try (var client = dialer(node).keys(known).timestamp(first + 1).dial()) {
                client.echo(Payload.random(3, 100));
            }
        }
    }

    /** What a dialer may have wrong; the first three show in the first message. */
    enum Wrong {
        SERVER_KEY,
        PEER_ID,
        CLIENT_KEY,
        CHAIN,
        NETWORK,
        PROTOCOLS,
        VERSION;

        boolean isSeenAtOnce() {
            return compareTo(CHAIN) < 0;
        }
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    default void everyPairOfMismatchesIsRefused(Wrong first) throws Exception {
        WireKeys known = WireKeys.generate();
        Payload account = Payload.random(9, 32);
        var trusted = new Trusted(account, Payload.of(known.publicKey()));
        try (var node = startNode(NodeSettings.open().mutual(trusted))) {
            for (Wrong second : Wrong.values()) {
                var both = EnumSet.of(first, second);
                var dialer = dialer(node).keys(known).peerId(account.array());
                spoil(dialer, both);
                if (both.stream().anyMatch(Wrong::isSeenAtOnce)) {
                    assertRefusedInSilence(node, dialer);
                } else {
                    try (WireLink link = dialer.dialAndExchangeHellos()) {
                        assertThat(link.bytesUntilClosed(CLOSING)).as("%s", both).isZero();
                    }
                }
            }
            try (var client = dialer(node).keys(known).peerId(account.array()).dial()) {
                client.echo(Payload.random(1, 100));
            }
        }
    }

    private static void spoil(WireDialer dialer, Set<Wrong> wrong) {
        if (wrong.contains(Wrong.SERVER_KEY)) {
            dialer.prologueKey(WireKeys.generate().publicKey());
        }
        if (wrong.contains(Wrong.PEER_ID)) {
            dialer.peerId(WireKeys.generate().publicKey());
        }
        if (wrong.contains(Wrong.CLIENT_KEY)) {
            dialer.keys(WireKeys.generate());
        }
        byte[] hello =
                WireHello.of(
                                wrong.contains(Wrong.CHAIN) ? 5 : 4,
                                wrong.contains(Wrong.NETWORK)
                                        ? WireNetwork.VALIDATOR
                                        : WireNetwork.PUBLIC,
                                wrong.contains(Wrong.PROTOCOLS)
                                        ? new int[] {1}
                                        : new int[] {13, 14})
                        .encode();
        if (wrong.contains(Wrong.VERSION)) {
            hello[1] = 1;
        }
        dialer.helloBody(hello);
    }

    @ParameterizedTest
    @EnumSource(WireSuite.class)
    default void mutualModeRefusesAFirstMessageItHasSeen(WireSuite suite) throws Exception {
        WireKeys known = WireKeys.generate();
        var trusted = new Trusted(Payload.of(known.publicKey()), Payload.of(known.publicKey()));
        try (var node = startNode(NodeSettings.open().mutual(trusted))) {
            var dialer = dialer(node).suite(suite).keys(known);
            try (var client = dialer.dial()) {
                client.echo(Payload.random(1, 100));
            }
            byte[] recorded = dialer.firstMessage();
            assertRefusedInSilence(node, recorded, false);
            assertRefusedInSilence(node, recorded, false);
            try (var client = dialer.dial()) {
                assertThat(dialer.firstMessage()).isNotEqualTo(recorded);
                client.echo(Payload.random(2, 100));
            }
        }
    }
}
