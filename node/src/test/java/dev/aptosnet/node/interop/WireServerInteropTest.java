package dev.aptosnet.node.interop;

import java.io.IOException;

/**
 * The rows against the second implementation itself, so that no row asks for what the wire format
 * does not allow.
 */
class WireServerInteropTest extends AbstractInteropTest {
    @Override
    public NodeUnderTest startNode(NodeSettings settings) throws IOException {
        return new WireServer(settings);
    }
}
