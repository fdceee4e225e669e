/**
 * The deterministic simulator: a {@link dev.aptosnet.simulation.World} of virtual time, hosts in
 * regions, links that behave like proven connections, faults, and invariants. One seed gives one
 * trace hash on every machine. A {@link dev.aptosnet.simulation.Scenario} is the way in.
 */
@NullMarked
package dev.aptosnet.simulation;

import org.jspecify.annotations.NullMarked;
