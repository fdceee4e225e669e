package dev.aptosnet.ports.model;

/** How a listener decides whether a dialer may connect (wire.md section 4.7, step 5). */
public enum AuthMode {
    /** Only peers of the trusted set, with a key listed for them, and with replay protection. */
    MUTUAL,
    /** Trusted peers with their key; others under the id derived from theirs. */
    MAYBE_MUTUAL
}
