/**
 * Small pieces of the wire format that more than one module needs: the PROXY header and the length
 * before each frame, which a transport reads, and the compression that the protocol asks for.
 */
@NullMarked
package dev.aptosnet.ports.codec;

import org.jspecify.annotations.NullMarked;
