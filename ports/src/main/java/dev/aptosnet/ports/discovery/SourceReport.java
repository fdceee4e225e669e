package dev.aptosnet.ports.discovery;

import java.time.Duration;
import java.util.Optional;

/**
 * One of a node's sources, at one moment.
 *
 * @param place what is watched
 * @param age how long ago the view in force was last found to be current; empty without a view
 * @param peers how many peers the view in force has, as far as the node has taken it
 */
public record SourceReport(
        SourceKind kind, String place, SourceStatus status, Optional<Duration> age, int peers) {}
