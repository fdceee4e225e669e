/**
 * What the tests of several modules share: {@link dev.aptosnet.testkit.TransportContract}, which
 * every transport passes, and the pieces that it is made of.
 */
@NullMarked
package dev.aptosnet.testkit;

import org.jspecify.annotations.NullMarked;
