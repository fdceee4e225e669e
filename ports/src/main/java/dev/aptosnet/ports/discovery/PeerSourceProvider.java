package dev.aptosnet.ports.discovery;

/** Makes some kinds of source. Found by {@link java.util.ServiceLoader}. */
public interface PeerSourceProvider {
    /** Whether it can watch what these settings describe. */
    boolean supports(PeerSourceSettings settings);

    /**
     * A source that has not been started.
     *
     * @throws IllegalArgumentException if a setting cannot be honoured; names the configuration key
     */
    PeerSource create(PeerSourceSettings settings, SourceContext context);
}
