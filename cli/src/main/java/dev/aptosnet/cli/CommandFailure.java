package dev.aptosnet.cli;

/** A command cannot do what it is for; the message is the one line that its user reads. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    CommandFailure(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
