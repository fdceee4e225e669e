package dev.aptosnet.adapter.discovery;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.aptosnet.adapter.discovery.FileReading.Stamp;
import dev.aptosnet.ports.discovery.PeerSourceSettings.FileDiscovery;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.model.MonoTime;
import dev.aptosnet.ports.transport.Clock;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * A peer set in a file (behaviour.md section 14.6, improvements.md I-15). A change is taken when
 * the file has been left alone for {@link #QUIET}, and every {@code poll} the file is read whatever
 * was noticed. What was read before is not parsed again.
 */
final class FileSource extends RunningSource {
    /** How long a file has to be left alone. */
    static final Duration QUIET = Duration.ofMillis(100);

    /** A file that is never left alone is read all the same. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final FileDiscovery settings;
    private final Clock clock;

    /** What the last reading saw: the file's stamp, and the content of the last good one. */
    private @Nullable Stamp stamp;

    private @Nullable String hash;

    FileSource(FileDiscovery settings, Clock clock) {
        super(SourceKind.FILE, settings.path().toString(), clock, settings.mustList());
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    void run(Outlet outlet) throws InterruptedException {
        try (var changes = new FileChanges(settings.path())) {
            changes.watch();
            read(outlet);
            var polledAt = System.nanoTime();
            while (true) {
                var left = settings.poll().toNanos() - (System.nanoTime() - polledAt);
                var changed = changes.await(Duration.ofNanos(Math.max(0, left)));
                if (changed) {
                    awaitQuiet(changes);
                }
                changes.watch();
                var due = System.nanoTime() - polledAt >= settings.poll().toNanos();
                if (due || hasChanged()) {
                    read(outlet);
                }
                if (due) {
                    polledAt = System.nanoTime();
                }
            }
        }
    }

    private static void awaitQuiet(FileChanges changes) throws InterruptedException {
        var since = System.nanoTime();
        while (System.nanoTime() - since < PATIENCE.toNanos() && changes.await(QUIET)) {
            // Not yet.
        }
    }

    /** Whether the file looks other than when it was last read; another's change does not count. */
    private boolean hasChanged() {
        try {
            return !Stamp.of(settings.path()).equals(stamp);
        } catch (FailedReading _) {
            return true;
        }
    }

    private void read(Outlet outlet) {
        try {
            var reading = FileReading.of(settings.path(), settings.maxBytes());
            stamp = reading.stamp();
            if (reading.hash().equals(hash)) {
                outlet.unchanged();
                return;
            }
            var isJson = settings.path().toString().endsWith(".json");
            outlet.read(
                    isJson ? PeerSetText.json(reading.text()) : PeerSetText.yaml(reading.text()),
                    0,
                    writtenAt(reading.stamp()));
            hash = reading.hash();
        } catch (FailedReading e) {
            outlet.failed(e);
        }
    }

    /** When the file was written; a file that is older than we are is news from now. */
    private MonoTime writtenAt(Stamp of) {
        var now = clock.now();
        var ago = clock.wallMillis() - of.modified().toMillis();
        var isNews = hash != null && ago > 0;
        return isNews ? now.plusNanos(-MILLISECONDS.toNanos(ago)) : now;
    }
}
