package dev.aptosnet.simulation;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What came out of a run.
 *
 * @param scenario which one
 * @param settings with which it ran
 * @param hash of every event in order; equal for equal settings on every machine
 * @param events how many there were
 * @param virtualTime how long it lasted by its own clock
 * @param pairs how many pairs were connected in the end
 * @param wantedPairs how many had to be
 * @param milestones what the scenario measured, in virtual milliseconds where the name ends so; -1
 *     for what did not come to pass
 * @param counts what happened how often
 * @param violations which invariants did not hold; empty if all is well
 * @param lastLines the last events before the first violation
 * @param plots pictures as SVG, by file name
 */
public record Outcome(
        String scenario,
        SimSettings settings,
        long hash,
        long events,
        Duration virtualTime,
        int pairs,
        int wantedPairs,
        Map<String, Long> milestones,
        Map<String, Long> counts,
        List<String> violations,
        List<String> lastLines,
        Map<String, String> plots) {
    /** Whether every invariant held and every pair that had to be connected was. */
    public boolean ok() {
        return violations.isEmpty() && pairs == wantedPairs;
    }

    /** The hash as 16 hex digits. */
    public String hashText() {
        return HexFormat.of().toHexDigits(hash);
    }

    /** What somebody needs to look into a failed run: seed, violations, the events before. */
    public String failureReport() {
        var text = new StringBuilder();
        text.append("scenario ").append(scenario);
        text.append(", nodes ").append(settings.nodes());
        text.append(", seed ").append(settings.seed()).append('\n');
        text.append(pairs).append(" of ").append(wantedPairs).append(" pairs connected\n");
        violations.forEach(line -> text.append(line).append('\n'));
        lastLines.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }
}
