package dev.aptosnet.bootstrap.config;

/** A file that a node cannot be made from; the message is one line with place and remedy. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says what is wrong, where, and what was expected. */
    public ConfigException(String message) {
        super(message);
    }

    static ConfigException at(String file, int line, String what) {
        return new ConfigException(file + ":" + line + ": " + what);
    }
}
