/**
 * How an application's messages become payloads: {@link dev.aptosnet.bootstrap.codec.Codecs} makes
 * the codec that a protocol's encoding asks for.
 */
@NullMarked
package dev.aptosnet.bootstrap.codec;

import org.jspecify.annotations.NullMarked;
