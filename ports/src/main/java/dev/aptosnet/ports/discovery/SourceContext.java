package dev.aptosnet.ports.discovery;

import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.transport.Clock;

import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What a source borrows from the node.
 *
 * @param clock the node's
 * @param random for jitter; this source's alone
 * @param addresses reads a BCS list of network addresses, as the chain stores it; throws an {@link
 *     IllegalArgumentException} for anything else
 */
public record SourceContext(
        Clock clock, RandomGenerator random, Function<Bytes, List<NetworkAddress>> addresses) {}
