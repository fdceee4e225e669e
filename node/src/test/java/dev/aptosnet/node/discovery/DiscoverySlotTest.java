package dev.aptosnet.node.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.node.metrics.NetworkMetrics;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerView;
import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.discovery.ValidatorSet.Validator;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;
import dev.aptosnet.ports.transport.Clock;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class DiscoverySlotTest {
    private static final Bytes NO_ADDRESSES = Bytes.of((byte) 0);

    private static ValidatorSet set(int number) {
        var peer = PeerId.parse(Integer.toHexString(number));
        return new ValidatorSet(
                List.of(new Validator(peer, NO_ADDRESSES, NO_ADDRESSES)), List.of());
    }

    /** As at the change of an epoch, when everything else keeps the loop busy too. */
    @Test
    void lastOfManyViewsIsTakenThoughTheLoopWasTooFullToBeTold() throws Exception {
        var refusedWakes = new AtomicInteger();
        var feed = new ValidatorSetFeed();
        var settings =
                new OnChainDiscovery(
                        feed, NetworkId.VALIDATOR, false, Optional.empty(), Optional.empty());
        var taken = new ArrayList<PeerView>();
        try (var metrics =
                        new NetworkMetrics(
                                new SimpleMeterRegistry(),
                                NetworkId.VALIDATOR,
                                PeerId.parse("1"),
                                true);
                var discovery =
                        new PeerSources(
                                List.of(settings),
                                Clock.system(),
                                metrics,
                                refusedWakes::incrementAndGet)) {
            discovery.start();
            for (var number = 1; number <= 100; number++) {
                feed.publish(set(number));
                while (discovery.reports().getFirst().status().readings() < number) {
                    Thread.sleep(1);
                }
            }
            while (taken.isEmpty() || !taken.getLast().peers().containsKey(PeerId.parse("64"))) {
                discovery.take(taken::add);
            }
            assertThat(discovery.reports().getFirst().peers()).isEqualTo(1);
            // Nothing waits twice: the slot was filled once, and then only replaced.
            assertThat(refusedWakes.get() - taken.size()).isZero();
            assertThat(taken.size()).isLessThanOrEqualTo(2);
        }
    }
}
