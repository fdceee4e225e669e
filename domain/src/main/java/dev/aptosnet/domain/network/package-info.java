/**
 * One network of a node as one machine: {@link dev.aptosnet.domain.network.NetworkMachine} composes
 * connectivity, admission, dials, health and monitoring. The node and the simulator carry out the
 * same effects; neither knows how the parts are wired.
 */
@NullMarked
package dev.aptosnet.domain.network;

import org.jspecify.annotations.NullMarked;
