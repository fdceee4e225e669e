/**
 * The command line: one class for each command. Start at {@link dev.aptosnet.cli.Main}; the exit
 * codes are in {@code ExitCode}.
 */
@NullMarked
package dev.aptosnet.cli;

import org.jspecify.annotations.NullMarked;
