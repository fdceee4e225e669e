package dev.aptosnet.ports.discovery;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The newest view of each source, until the node takes it: between sources that may push at any
 * rate and a node that takes when it likes. Memory is one view for each kind of source. Safe for
 * any thread.
 *
 * <p>A node whose mailbox refuses the wake-up takes the views anyway when it next looks, for
 * example after each task: they stay here until then.
 */
public final class LatestViews implements Consumer<PeerView> {
    private final Map<SourceKind, LatestValue<PeerView>> slots = new EnumMap<>(SourceKind.class);
    private final Runnable wake;

    /**
     * Empty slots.
     *
     * @param wake runs on a source's thread when a view came that nobody was told of yet; must not
     *     block
     */
    public LatestViews(Runnable wake) {
        this.wake = wake;
        for (var kind : SourceKind.values()) {
            slots.put(kind, new LatestValue<>());
        }
    }

    @Override
    public void accept(PeerView view) {
        var slot = slots.get(view.source());
        if (slot != null && slot.put(view)) {
            wake.run();
        }
    }

    /**
     * Takes the views that came since the last call, at most one of a source, in priority order.
     */
    public List<PeerView> take() {
        var taken = new ArrayList<PeerView>();
        for (var slot : slots.values()) {
            slot.take().ifPresent(taken::add);
        }
        return taken;
    }
}
