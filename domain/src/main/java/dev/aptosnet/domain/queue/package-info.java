/**
 * Messages that wait for one consumer, bounded and in turn for each key (behaviour.md section 2.1).
 * Start at {@link dev.aptosnet.domain.queue.KeyedQueue}.
 */
@NullMarked
package dev.aptosnet.domain.queue;

import org.jspecify.annotations.NullMarked;
