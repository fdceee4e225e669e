package dev.aptosnet.simulation;

import java.util.List;
import java.util.Optional;

/** A story that is played on a network of nodes, in virtual time. */
public interface Scenario {
    /** Its name on the command line. */
    String name();

    /** One line: what happens. */
    String description();

    /** How many nodes it has unless told otherwise. */
    int defaultNodes();

    /** Plays it; as fast as the machine can, on the calling thread. */
    Outcome run(SimSettings settings);

    /** All there are, by name. */
    static List<Scenario> all() {
        return Scripts.ALL;
    }

    /** The one of this name. */
    static Optional<Scenario> find(String name) {
        return all().stream().filter(scenario -> scenario.name().equals(name)).findFirst();
    }
}
