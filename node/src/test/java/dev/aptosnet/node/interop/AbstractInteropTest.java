package dev.aptosnet.node.interop;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;

/**
 * All rows against one kind of node. A subclass says how such a node is started; see {@link
 * WireServerInteropTest} for the shortest example.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractInteropTest
        implements ProxyRows,
                HandshakeRows,
                HelloRows,
                RecordRows,
                FrameRows,
                RpcRows,
                StreamRows,
                DialedRows {
    private @Nullable NodeUnderTest shared;

    @Override
    public NodeUnderTest node() {
        NodeUnderTest running = shared;
        if (running == null) {
            try {
                running = startNode(NodeSettings.open());
            } catch (IOException e) {
                throw new AssertionError("the node does not start", e);
            }
            shared = running;
        }
        return running;
    }

    @AfterAll
    void closeSharedNode() {
        if (shared != null) {
            shared.close();
        }
    }
}
