package dev.aptosnet.simulation;

/**
 * One measured figure beside what it has to reach.
 *
 * @param improvement which one it belongs to, as {@code I-08}
 * @param name what was measured, with its unit at the end
 * @param baseline the same with the improvement switched off; NaN if that was not measured, -1 for
 *     what never came to pass
 * @param ours with it; -1 as before
 * @param bound what it may be at most, or at least
 * @param atLeast whether {@code bound} is the least
 */
public record Figure(
        String improvement,
        String name,
        double baseline,
        double ours,
        double bound,
        boolean atLeast) {
    static Figure atMost(
            String improvement, String name, double baseline, double ours, double bound) {
        return new Figure(improvement, name, baseline, ours, bound, false);
    }

    static Figure atLeast(
            String improvement, String name, double baseline, double ours, double bound) {
        return new Figure(improvement, name, baseline, ours, bound, true);
    }

    /** Whether ours is within the bound; what never came to pass, -1, is not. */
    public boolean met() {
        return ours >= 0 && (atLeast ? ours >= bound : ours <= bound);
    }
}
