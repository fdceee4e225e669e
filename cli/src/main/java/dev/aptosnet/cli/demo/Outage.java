package dev.aptosnet.cli.demo;

import dev.aptosnet.ports.model.PeerId;

import java.time.Duration;

/**
 * One node was gone for a while.
 *
 * @param node which
 * @param noticed from the fault until every other node was told that the connection is gone
 * @param healed from the fault's end until the mesh was complete and calls to and from the node
 *     were answered
 */
public record Outage(PeerId node, Duration noticed, Duration healed) {}
