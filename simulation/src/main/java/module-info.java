/**
 * Many nodes in one thread and in virtual time, over a seeded network with faults. It drives the
 * machines of the domain as they are. Start at {@link dev.aptosnet.simulation.Scenario}.
 */
module dev.aptosnet.simulation {
    requires transitive dev.aptosnet.ports;
    requires dev.aptosnet.domain;
    requires static org.jspecify;

    exports dev.aptosnet.simulation;
}
