package dev.aptosnet.ports.model;

/** Which network of a node (behaviour.md section 1.1). Ordered as peers are preferred. */
public enum NetworkId {
    /** Validators among themselves. */
    VALIDATOR("validator"),
    /** A validator and its own full nodes. */
    VFN("vfn"),
    /** Everybody. */
    PUBLIC("public");

    private final String configName;

    NetworkId(String configName) {
        this.configName = configName;
    }

    /** The name in configuration files and metric labels. */
    public String configName() {
        return configName;
    }

    /**
     * The network that {@code name} names in a configuration.
     *
     * @throws IllegalArgumentException for any other name
     */
    public static NetworkId parse(String name) {
        for (var id : values()) {
            if (id.configName.equals(name)) {
                return id;
            }
        }
        throw new IllegalArgumentException(
                "network_id: \"" + name + "\" (expected: validator, vfn or public)");
    }
}
