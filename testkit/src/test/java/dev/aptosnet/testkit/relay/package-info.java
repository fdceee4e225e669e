/** Tests. */
@NullMarked
package dev.aptosnet.testkit.relay;

import org.jspecify.annotations.NullMarked;
