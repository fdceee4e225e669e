package dev.aptosnet.node.loop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * Runs tasks one at a time, in order, on a virtual thread that exists only while there is something
 * to do.
 */
public final class SerialExecutor {
    private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());

    private final String name;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    public SerialExecutor(String name) {
        this.name = name;
    }

    public void run(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        Thread.ofVirtual().name(name).start(this::drain);
    }

    private void drain() {
        for (var task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable e) {
                LOG.log(System.Logger.Level.WARNING, name + ": a listener failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            var task = waiting.poll();
            running = task != null;
            return task;
        }
    }
}
