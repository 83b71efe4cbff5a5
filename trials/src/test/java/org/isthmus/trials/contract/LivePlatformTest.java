// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.contract;

import org.isthmus.platform.live.LivePlatform;

/// The real platform keeps the same contracts as the simulated one.
class LivePlatformTest implements ChannelContract, TimeContract, NetworkContract {
    @Override
    public void in(Scenario scenario) throws Exception {
        try (LivePlatform live = LivePlatform.open()) {
            scenario.run(live.platform());
        }
    }
}
