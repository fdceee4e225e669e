/**
 * How fast a peer may send to us (behaviour.md section 5.6, corrected as its section 20 asks).
 * Start at {@link dev.aptosnet.domain.rate.FrameGate}.
 */
@NullMarked
package dev.aptosnet.domain.rate;

import org.jspecify.annotations.NullMarked;
