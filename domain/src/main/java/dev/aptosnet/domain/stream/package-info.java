/**
 * Large messages in pieces (wire.md section 9, improvements I-02 and I-03): {@link
 * dev.aptosnet.domain.stream.Pieces} says how a sender cuts, {@link
 * dev.aptosnet.domain.stream.InboundStreams} puts together what arrives.
 */
@NullMarked
package dev.aptosnet.domain.stream;

import org.jspecify.annotations.NullMarked;
