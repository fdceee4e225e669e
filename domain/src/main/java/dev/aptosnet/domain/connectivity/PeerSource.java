package dev.aptosnet.domain.connectivity;

/** Who told us of a peer, in order of priority (behaviour.md section 12.2). */
public enum PeerSource {
    /** The validator set of the chain. */
    ON_CHAIN_VALIDATOR_SET,
    /** A file that is read again when it changes. */
    FILE,
    /** The REST interface of another node. */
    REST,
    /** The node's own configuration, and what the application added. */
    CONFIG
}
