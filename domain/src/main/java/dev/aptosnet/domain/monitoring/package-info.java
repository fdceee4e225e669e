/**
 * Peer monitoring (behaviour.md section 16): asks every peer how far away and how far along it is,
 * and answers the same questions. Start at {@link dev.aptosnet.domain.monitoring.PeerMonitor}.
 */
@NullMarked
package dev.aptosnet.domain.monitoring;

import org.jspecify.annotations.NullMarked;
