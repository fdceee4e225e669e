/**
 * How connected peers are: whether they still answer (behaviour.md section 13), how their protocols
 * fare, which calls are not worth making, and one figure for it all (improvements.md I-06, I-19,
 * I-22). Events and time in, effects out. Start at {@link dev.aptosnet.domain.health.HealthChecker}
 * and {@link dev.aptosnet.domain.health.PeerStatistics}.
 */
@NullMarked
package dev.aptosnet.domain.health;

import org.jspecify.annotations.NullMarked;
