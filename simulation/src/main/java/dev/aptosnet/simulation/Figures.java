package dev.aptosnet.simulation;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;

/**
 * The figures that improvements have to reach, as far as the simulator can measure them. Each is
 * measured by the machines of the domain in virtual time; one seed gives one result. The baseline
 * is the same code with the improvement switched off, which is set as aptos-core is.
 */
public final class Figures {
    private static final NavigableMap<String, Measure> MEASURES = measures();

    private Figures() {}

    /** Measures one improvement. */
    @FunctionalInterface
    interface Measure {
        /**
         * @param nodes how many nodes where the figure asks for hundreds; the number is part of the
         *     figure's name
         */
        List<Figure> with(long seed, int nodes);
    }

    private static NavigableMap<String, Measure> measures() {
        var measures = new TreeMap<String, Measure>();
        measures.put("I-01", PriorityFigures::measure);
        measures.put("I-02", PieceFigures::measure);
        measures.put("I-03", StreamFigures::measure);
        measures.put("I-04", ProbeFigures::measure);
        measures.put("I-06", CallFigures::health);
        measures.put("I-07", ReconnectFigures::measure);
        measures.put("I-08", EpochFigures::measure);
        measures.put("I-15", DiscoveryFigures::measure);
        measures.put("I-17", StallFigures::measure);
        measures.put("I-22", CallFigures::deadlines);
        return measures;
    }

    /** The improvements with figures, in order. */
    public static NavigableSet<String> improvements() {
        return Collections.unmodifiableNavigableSet(MEASURES.navigableKeySet());
    }

    /**
     * Measures one improvement; takes seconds to minutes.
     *
     * @param improvement one of {@link #improvements}
     * @param nodes how many nodes where the figure asks for hundreds
     */
    public static List<Figure> measure(String improvement, long seed, int nodes) {
        var measure = MEASURES.get(improvement);
        if (measure == null) {
            throw new IllegalArgumentException(
                    improvement + " (expected: one of " + improvements() + ")");
        }
        return measure.with(seed, nodes);
    }
}
