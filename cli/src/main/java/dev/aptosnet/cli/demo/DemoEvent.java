package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;

/**
 * Something that was done to a node of the demo, or that the others made of it.
 *
 * @param node to whom
 * @param after how long after the order: zero for what was ordered, else how long it took
 */
public record DemoEvent(Kind kind, PeerId node, Duration after) {
    /** What happened. */
    public enum Kind {
        /** The node was told to stop. */
        STOPPED,
        /** The thread of the node's sockets stands still; its connections stay open and silent. */
        FROZEN,
        /** Every other node has been told that its connection to the node is gone. */
        NOTICED,
        /** The node was started with its old key and port. */
        STARTED,
        /** The thread goes on. */
        THAWED,
        /** The mesh is complete, and calls to and from the node are answered. */
        HEALED
    }
}
