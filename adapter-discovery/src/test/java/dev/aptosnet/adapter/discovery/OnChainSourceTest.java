package dev.aptosnet.adapter.discovery;

import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.address;
import static dev.aptosnet.adapter.discovery.ValidatorSetTextTest.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.domain.wire.NetworkAddressBcs;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery;
import dev.aptosnet.ports.discovery.PeerSourceSettings.OnChainDiscovery.Self;
import dev.aptosnet.ports.discovery.SourceFailure;
import dev.aptosnet.ports.discovery.SourceKind;
import dev.aptosnet.ports.discovery.ValidatorSet;
import dev.aptosnet.ports.discovery.ValidatorSet.Validator;
import dev.aptosnet.ports.discovery.ValidatorSetFeed;
import dev.aptosnet.ports.model.Bytes;
import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerId;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class OnChainSourceTest {
    private static final Self SELF = new Self(PeerId.parse("1"), key(1));

    private final ValidatorSetFeed feed = new ValidatorSetFeed();

    @Test
    void setThatWasToldBeforeTheStartIsRead() throws Exception {
        feed.publish(set(2, 3));

        try (var views = new Views(settings(Optional.empty()))) {
            var view = views.next();

            assertThat(view.source()).isEqualTo(SourceKind.ON_CHAIN_VALIDATOR_SET);
            assertThat(view.peers().keySet()).containsExactly(PeerId.parse("2"), PeerId.parse("3"));
        }
    }

    @Test
    void thousandReconfigurationsEndWithTheLast() throws Exception {
        try (var views = new Views(settings(Optional.empty()))) {
            for (var number = 1; number <= 1000; number++) {
                feed.publish(set(number));
            }

            var last = PeerId.parse(Integer.toHexString(1000));
            views.nextThat(view -> view.find(last).isPresent());
            views.assertNoMore();
        }
    }

    @Test
    @DisplayName("DI-03 our entry with another key is noticed, and the source lives on")
    void entryWithAnotherKeyIsNoticed() throws Exception {
        try (var views = new Views(settings(Optional.empty()))) {
            feed.publish(set(1, 2));
            views.next();
            views.readings(1);
            assertThat(views.source.status().keyMismatch()).isFalse();

            feed.publish(new ValidatorSet(List.of(validator(1, 9), validator(2, 2)), List.of()));
            views.next();
            views.until(() -> views.source.status().keyMismatch());

            feed.publish(set(1, 3));
            assertThat(views.next().peers()).containsKey(PeerId.parse("3"));
            views.until(() -> !views.source.status().keyMismatch());
        }
    }

    @Test
    void emptySetAndOneWithoutThisNodeKeepTheView() throws Exception {
        try (var views = new Views(settings(Optional.of(SELF.peer())))) {
            feed.publish(set(1, 2));
            views.next();

            feed.publish(new ValidatorSet(List.of(), List.of()));
            views.failing(reason -> reason.equals("no active validators"));
            feed.publish(set(2, 3));
            views.failing(reason -> reason.equals("the set does not list this node (0x1)"));
            views.assertNoMore();

            feed.publish(set(1, 3));
            assertThat(views.next().peers()).containsKey(PeerId.parse("3"));
        }
    }

    @Test
    void addressesThatDoNotDecodeAreCountedAndTheSourceLivesOn() throws Exception {
        var broken = new Validator(PeerId.parse("2"), Bytes.hex("ff"), Bytes.hex(""));

        try (var views = new Views(settings(Optional.empty()))) {
            feed.publish(new ValidatorSet(List.of(validator(1, 1), broken), List.of()));

            assertThat(views.next().find(broken.peer()))
                    .hasValueSatisfying(peer -> assertThat(peer.addresses()).isEmpty());
            assertThat(views.working().failures(SourceFailure.BAD_ADDRESSES)).isEqualTo(1);
        }
    }

    private OnChainDiscovery settings(Optional<PeerId> mustList) {
        return new OnChainDiscovery(feed, NetworkId.VALIDATOR, false, Optional.of(SELF), mustList);
    }

    private static ValidatorSet set(int... numbers) {
        var validators = new ArrayList<Validator>();
        for (var number : numbers) {
            validators.add(validator(number, number));
        }
        return new ValidatorSet(validators, List.of());
    }

    private static Validator validator(int number, int key) {
        var address = NetworkAddressBcs.encode(address(key, 6180));
        var list = Bytes.concat(List.of(Bytes.of((byte) 1), address));
        return new Validator(PeerId.parse(Integer.toHexString(number)), list, list);
    }
}
