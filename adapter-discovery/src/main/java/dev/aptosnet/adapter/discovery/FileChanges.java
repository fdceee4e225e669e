package dev.aptosnet.adapter.discovery;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;

/**
 * Waits until something happens beside a file. Its directory is watched, not the file, so that a
 * file that is renamed, replaced or deleted is noticed, and so is the link that a mounted
 * configuration swaps. Where a directory cannot be watched, or is gone itself, the wait merely runs
 * out. One owner.
 */
final class FileChanges implements AutoCloseable {
    /** A directory that could not be watched is tried again so soon. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Path directory;
    private @Nullable WatchService watcher;
    private @Nullable WatchKey key;

    FileChanges(Path file) {
        var parent = file.toAbsolutePath().getParent();
        this.directory = parent == null ? file.toAbsolutePath() : parent;
    }

    /**
     * Begins to watch, unless it does. To be called before the file is read, so that no change
     * falls between.
     */
    void watch() {
        if (key != null && key.isValid()) {
            return;
        }
        try {
            if (watcher == null) {
                watcher = directory.getFileSystem().newWatchService();
            }
            key = directory.register(watcher, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        } catch (IOException | UnsupportedOperationException _) {
            key = null;
        }
    }

    /**
     * Waits for an event, or at most so long, or less where nothing can be watched.
     *
     * @return whether there was one
     */
    boolean await(Duration atMost) throws InterruptedException {
        if (watcher == null || key == null) {
            Thread.sleep(atMost.compareTo(RETRY) < 0 ? atMost : RETRY);
            return false;
        }
        try {
            var signalled = watcher.poll(atMost.toNanos(), NANOSECONDS);
            if (signalled == null) {
                return false;
            }
            // What happened is seen by looking at the file; the events merely say when to look.
            signalled.pollEvents();
            if (!signalled.reset()) {
                key = null;
            }
            return true;
        } catch (ClosedWatchServiceException e) {
            throw new IllegalStateException("closed while in use", e);
        }
    }

    @Override
    public void close() {
        if (watcher != null) {
            try {
                watcher.close();
            } catch (IOException _) {
                // Nothing is left that could be done about it.
            }
        }
    }
}
