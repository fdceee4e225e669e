/** Tests. */
@NullMarked
package dev.aptosnet.relay;

import org.jspecify.annotations.NullMarked;
