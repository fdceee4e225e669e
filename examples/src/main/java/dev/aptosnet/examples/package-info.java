/**
 * Small programs to copy from. Each has a {@code main} and needs nothing but the library: {@link
 * dev.aptosnet.examples.TypedMessages} for messages of your own, {@link
 * dev.aptosnet.examples.Validators} for a closed network, {@link
 * dev.aptosnet.examples.LargeAnswers} for answers of tens of MiB beside urgent messages.
 */
@NullMarked
package dev.aptosnet.examples;

import org.jspecify.annotations.NullMarked;
