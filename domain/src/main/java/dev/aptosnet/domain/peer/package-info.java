/**
 * What a node decides about its peers as a whole: which of two connections stays, and whom to dial
 * next. Node-level machines: events and time in, effects out.
 */
@NullMarked
package dev.aptosnet.domain.peer;

import org.jspecify.annotations.NullMarked;
