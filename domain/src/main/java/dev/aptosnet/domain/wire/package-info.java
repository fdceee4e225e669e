/**
 * What lies on the wire: BCS, frames, the handshake message, capabilities and payload encodings
 * (wire.md sections 1 to 3, 6 to 8 and 11). Per frame, start at {@link
 * dev.aptosnet.domain.wire.FrameHead} and {@link dev.aptosnet.domain.wire.FrameView}; for
 * application payloads, at {@link dev.aptosnet.domain.wire.BcsReader} and {@link
 * dev.aptosnet.domain.wire.BcsWriter}.
 */
@NullMarked
package dev.aptosnet.domain.wire;

import org.jspecify.annotations.NullMarked;
