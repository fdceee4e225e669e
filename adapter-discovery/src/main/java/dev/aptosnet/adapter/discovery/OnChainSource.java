package dev.aptosnet.adapter.discovery;

import dev.aptosnet.ports.discovery.LatestValue;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.SourceContext;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.model.MonoTime;

import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** The validator set as the embedding application tells of it (behaviour.md section 14.4). */
final class OnChainSource extends RunningSource {
    private final OnChainDiscovery settings;
    private final SourceContext context;

    /** A set, and when the application told of it. */
    private record Told(ValidatorSet set, MonoTime at) {}

    OnChainSource(OnChainDiscovery settings, SourceContext context) {
        super(SourceKind.ON_CHAIN_VALIDATOR_SET, "the chain", context.clock(), settings.mustList());
        this.settings = settings;
        this.context = context;
    }

    @Override
    void run(Outlet outlet) throws InterruptedException {
        var slot = new LatestValue<Told>();
        var told = new Semaphore(0);
        Consumer<ValidatorSet> sink =
                set -> {
                    if (slot.put(new Told(set, context.clock().now()))) {
                        told.release();
                    }
                };
        settings.feed().subscribe(sink);
        try {
            while (true) {
                told.acquire();
                slot.take().ifPresent(news -> read(news.set(), news.at(), outlet));
            }
        } finally {
            settings.feed().unsubscribe(sink);
        }
    }

    private void read(ValidatorSet set, MonoTime toldAt, Outlet outlet) {
        try {
            if (set.active().isEmpty()) {
                throw FailedReading.malformed("no active validators");
            }
            var peers =
                    ValidatorPeers.of(
                            set,
                            settings.network(),
                            settings.validatorPfnConnections(),
                            context.addresses());
            outlet.read(peers.peers(), peers.undecodable(), toldAt);
            settings.self().ifPresent(self -> outlet.compareKeys(self.peer(), self.key()));
        } catch (FailedReading e) {
            outlet.failed(e);
        }
    }
}
