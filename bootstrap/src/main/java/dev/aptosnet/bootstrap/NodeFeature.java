package dev.aptosnet.bootstrap;

import dev.aptosnet.node.NodeBuilder;

/** Something that a node does: it registers its protocols and handlers before the start. */
@FunctionalInterface
public interface NodeFeature {
    /** Adds handlers; called once for each network of the node. */
    void register(NodeBuilder builder);
}
