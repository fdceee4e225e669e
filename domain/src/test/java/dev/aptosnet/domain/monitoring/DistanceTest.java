package dev.aptosnet.domain.monitoring;

import static dev.aptosnet.ports.model.NetworkId.PUBLIC;
import static dev.aptosnet.ports.model.NetworkId.VALIDATOR;
import static dev.aptosnet.ports.model.NetworkId.VFN;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aptosnet.ports.model.NetworkId;
import dev.aptosnet.ports.model.PeerRole;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DistanceTest {
    private static boolean validatorTakes(long distance, PeerRole role, NetworkId network) {
        return Distance.isPlausible(distance, true, network, role);
    }

    private static boolean fullNodeTakes(long distance, PeerRole role, NetworkId network) {
        return Distance.isPlausible(distance, false, network, role);
    }

    @Test
    @DisplayName("MC-03 what a validator believes")
    void validator() {
        assertThat(validatorTakes(0, PeerRole.VALIDATOR_FULL_NODE, VFN)).isFalse();
        assertThat(validatorTakes(1, PeerRole.VALIDATOR, VALIDATOR)).isFalse();
        assertThat(validatorTakes(3, PeerRole.VALIDATOR, VALIDATOR)).isTrue();
        assertThat(validatorTakes(10, PeerRole.VALIDATOR_FULL_NODE, VFN)).isTrue();
        assertThat(validatorTakes(1, PeerRole.VALIDATOR_FULL_NODE, VFN)).isTrue();
        assertThat(validatorTakes(0, PeerRole.VALIDATOR, VALIDATOR)).isTrue();
        assertThat(validatorTakes(0, PeerRole.VALIDATOR, PUBLIC)).isFalse();
    }

    /**
     * The row refuses 1 from a validator's full node on Vfn, behaviour.md 16.1 does not: there 1 is
     * good from any role but Validator and on any network but Validator. The rule is built, so 1 is
     * kept here. The 0 of a Validator on Vfn is kept as section 20 asks, beside the 0 of a
     * Validator on Public.
     */
    @Test
    @DisplayName("MC-04 what a full node believes; 1 from a VFN on Vfn is kept, as 16.1 says")
    void fullNode() {
        assertThat(fullNodeTakes(1, PeerRole.VALIDATOR, VALIDATOR)).isFalse();
        assertThat(fullNodeTakes(0, PeerRole.UNKNOWN, PUBLIC)).isFalse();
        assertThat(fullNodeTakes(1, PeerRole.VALIDATOR_FULL_NODE, VFN)).isTrue();
        assertThat(fullNodeTakes(3, PeerRole.UNKNOWN, PUBLIC)).isTrue();
        assertThat(fullNodeTakes(2, PeerRole.VALIDATOR, VFN)).isTrue();
        assertThat(fullNodeTakes(0, PeerRole.VALIDATOR, VFN)).isTrue();
        assertThat(fullNodeTakes(0, PeerRole.VALIDATOR, PUBLIC)).isTrue();
    }

    @Test
    void nobodyIsFartherAwayThanAHundred() {
        assertThat(fullNodeTakes(100, PeerRole.UNKNOWN, PUBLIC)).isTrue();
        assertThat(fullNodeTakes(101, PeerRole.UNKNOWN, PUBLIC)).isFalse();
        assertThat(fullNodeTakes(-1, PeerRole.UNKNOWN, PUBLIC)).isFalse(); // 2^64-1
    }
}
