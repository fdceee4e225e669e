/**
 * Keeps a node connected to the right peers (behaviour.md section 12): what discovery says, whom to
 * dial and when, and which connections have gone stale. Start at {@link
 * dev.aptosnet.domain.connectivity.Connectivity}.
 */
@NullMarked
package dev.aptosnet.domain.connectivity;

import org.jspecify.annotations.NullMarked;
