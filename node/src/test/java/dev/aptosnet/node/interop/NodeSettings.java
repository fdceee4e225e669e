package dev.aptosnet.node.interop;

import dev.aptosnet.node.interop.WireHello.WireNetwork;

import java.util.List;

/**
 * What a row asks of the node.
 *
 * @param suites in the order of its {@code noise_suites}
 * @param mutual Mutual authentication instead of MaybeMutual
 * @param behindProxy every inbound connection begins with a PROXY v2 header
 */
record NodeSettings(
        List<WireSuite> suites,
        int chain,
        WireNetwork network,
        boolean mutual,
        List<Trusted> trusted,
        boolean behindProxy) {
    /** One trusted peer with its one key, 32 bytes each. */
    record Trusted(Payload peerId, Payload key) {}

    /** Both suites, chain 4, the public network, strangers welcome. */
    static NodeSettings open() {
        return new NodeSettings(
                List.of(WireSuite.CHACHAPOLY, WireSuite.AESGCM),
                4,
                WireNetwork.PUBLIC,
                false,
                List.of(),
                false);
    }

    NodeSettings onlySuite(WireSuite suite) {
        return new NodeSettings(List.of(suite), chain, network, mutual, trusted, behindProxy);
    }

    NodeSettings on(WireNetwork other) {
        return new NodeSettings(suites, chain, other, mutual, trusted, behindProxy);
    }

    NodeSettings mutual(Trusted... peers) {
        return new NodeSettings(suites, chain, network, true, List.of(peers), behindProxy);
    }

    NodeSettings trusting(Trusted... peers) {
        return new NodeSettings(suites, chain, network, mutual, List.of(peers), behindProxy);
    }

    NodeSettings afterAProxy() {
        return new NodeSettings(suites, chain, network, mutual, trusted, true);
    }
}
