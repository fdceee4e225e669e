package dev.aptosnet.bootstrap.config;

import dev.aptosnet.domain.rollout.QuicRollout;
import dev.aptosnet.ports.model.NetworkAddress;
import dev.aptosnet.ports.settings.QuicMode;

import java.util.ArrayList;

/**
 * Reads {@code transports.quic} of one network: {@code mode}, {@code rollout_percent} and {@code
 * listen_address}. What contradicts itself is refused, since a switch that quietly does nothing is
 * found out too late.
 */
final class QuicSection {
    private final Section network;
    private final NetworkAddress listen;

    /**
     * @param listen {@code listen_address} of the network
     */
    QuicSection(Section network, NetworkAddress listen) {
        this.network = network;
        this.listen = listen;
    }

    void read(NetworkConfig.Draft draft) {
        var addresses = new ArrayList<NetworkAddress>();
        addresses.add(listen);
        var rollout = QuicRollout.OFF;
        var transports = network.section("transports");
        if (transports.isPresent()) {
            var quic = transports.get().section("quic");
            transports.get().refuseUnknown();
            if (quic.isPresent()) {
                rollout = rollout(quic.get());
                var own =
                        quic.get()
                                .parsed(
                                        "listen_address",
                                        "an address such as /ip4/0.0.0.0/quic/6180",
                                        QuicSection::listenable);
                if (own.isPresent() && !rollout.isOn()) {
                    throw quic.get()
                            .refused(
                                    "listen_address",
                                    own.get().toString(),
                                    "none while mode is off or rollout_percent 0");
                }
                own.ifPresent(addresses::add);
                quic.get().refuseUnknown();
            }
        }
        if (listen.isQuic() && !rollout.isOn()) {
            throw network.refused(
                    "listen_address",
                    listen.toString(),
                    "a TCP port, or a mode and a rollout_percent of transports.quic");
        }
        draft.listen(addresses);
        draft.quic(rollout);
    }

    private static QuicRollout rollout(Section quic) {
        var mode =
                quic.parsed("mode", "off, race, prefer or only", QuicMode::parse)
                        .orElse(QuicMode.OFF);
        var percent = quic.integer("rollout_percent", 0, 100).orElse(0);
        if (mode == QuicMode.OFF && percent > 0) {
            throw quic.refused(
                    "rollout_percent",
                    String.valueOf(percent),
                    "0 while mode is off, or a mode of race, prefer or only");
        }
        return new QuicRollout(mode, percent);
    }

    private static NetworkAddress listenable(String text) {
        var address = NetworkSection.listenable(text);
        if (!address.isQuic()) {
            throw new IllegalArgumentException(text);
        }
        return address;
    }
}
