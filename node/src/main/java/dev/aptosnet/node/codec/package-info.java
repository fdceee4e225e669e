/**
 * How an application's messages become payloads: {@link dev.aptosnet.node.codec.Codecs} makes the
 * codec that a protocol's encoding asks for.
 */
@NullMarked
package dev.aptosnet.node.codec;

import org.jspecify.annotations.NullMarked;
