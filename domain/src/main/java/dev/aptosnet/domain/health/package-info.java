/**
 * Which connected peers still answer (behaviour.md section 13): a node-level machine, events and
 * time in, effects out. Start at {@link dev.aptosnet.domain.health.HealthChecker}.
 */
@NullMarked
package dev.aptosnet.domain.health;

import org.jspecify.annotations.NullMarked;
