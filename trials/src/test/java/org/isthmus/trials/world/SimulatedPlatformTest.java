// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.world;

import org.isthmus.trials.contract.ChannelContract;
import org.isthmus.trials.contract.NetworkContract;
import org.isthmus.trials.contract.TimeContract;

/// The simulated platform keeps the contracts in many orders of events.
class SimulatedPlatformTest implements ChannelContract, TimeContract, NetworkContract {
    @Override
    public void in(Scenario scenario) {
        for (long seed = 0; seed < 40; seed++) {
            World world = new World(seed);
            SimulatedHost host = world.host("host", "192.0.2.1", "2001:db8::1");
            world.run(() -> scenario.run(host.platform()));
        }
    }
}
