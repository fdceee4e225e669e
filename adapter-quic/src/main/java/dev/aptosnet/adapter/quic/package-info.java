/**
 * The QUIC transport: TLS by Kwik with a throw-away certificate, and inside it Noise IK, which
 * alone says who the peer is.
 */
@NullMarked
package dev.aptosnet.adapter.quic;

import org.jspecify.annotations.NullMarked;
