package dev.aptosnet.transport.support;

/**
 * Threads whose bodies may throw anything: it is reported with the thread's name and ends this
 * thread alone. Transports start no others, so that no fault ends a thread without a line.
 */
public final class GuardedThreads {
    private static final System.Logger LOG = System.getLogger(GuardedThreads.class.getName());

    private GuardedThreads() {}

    /** Starts a thread. */
    public static Thread start(String name, Runnable body) {
        var thread = unstarted(name, body);
        thread.start();
        return thread;
    }

    /** Makes a thread that its owner starts. */
    public static Thread unstarted(String name, Runnable body) {
        return unstarted(Thread.ofVirtual().name(name), body);
    }

    /** Makes a platform thread that keeps no process alive. */
    public static Thread unstartedDaemon(String name, Runnable body) {
        return unstarted(Thread.ofPlatform().daemon().name(name), body);
    }

    private static Thread unstarted(Thread.Builder kind, Runnable body) {
        return kind.unstarted(
                () -> {
                    try {
                        body.run();
                    } catch (Throwable e) {
                        var name = Thread.currentThread().getName();
                        LOG.log(System.Logger.Level.ERROR, name + " failed", e);
                    }
                });
    }
}
