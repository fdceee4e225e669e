/**
 * The command line: one class for each command. Start at {@link dev.aptosnet.bootstrap.cli.Main};
 * the exit codes are in {@code ExitCode}.
 */
@NullMarked
package dev.aptosnet.bootstrap.cli;

import org.jspecify.annotations.NullMarked;
