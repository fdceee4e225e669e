/**
 * Noise IK with x25519 and SHA-256 as AptosNet uses it (wire.md sections 4 and 5): the two ends of
 * the handshake, and sealing and opening of records afterwards. No I/O, no threads, no clock.
 */
@NullMarked
package dev.aptosnet.noise;

import org.jspecify.annotations.NullMarked;
