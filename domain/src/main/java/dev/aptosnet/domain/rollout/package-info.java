/**
 * A transport on trial: which links it is used for, and how a dial over it is raced against TCP
 * (improvements.md I-16). Start at {@link dev.aptosnet.domain.rollout.QuicRollout}.
 */
@NullMarked
package dev.aptosnet.domain.rollout;

import org.jspecify.annotations.NullMarked;
