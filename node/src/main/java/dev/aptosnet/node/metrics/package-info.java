/**
 * Counters and gauges under the names of aptos-core where one exists (behaviour.md section 19.1),
 * ours under {@code aptosnet_}. They are registered with Micrometer's global registry, so that an
 * application adds whatever registry it likes there.
 */
@NullMarked
package dev.aptosnet.node.metrics;

import org.jspecify.annotations.NullMarked;
