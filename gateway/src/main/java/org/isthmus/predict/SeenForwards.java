// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.address.Mailbox;
import org.isthmus.directory.AddressKey;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.Sighting;
import org.isthmus.transit.NextHop;

/// Learns of forwards at strangers from the loops that the signed trace has proved: mail to such an address came back. The newest thousand, in memory; after a restart they are learned anew.
/// Safe for all threads.
public final class SeenForwards implements LoopWatch, KnownForwards {
    private static final int MOST = 1000;

    private final Map<String, Forward> seen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Forward> eldest) {
            return size() > MOST;
        }
    };

    @Override
    public void saw(Sighting sighting) {
        boolean proved = sighting.certainty() == Sighting.Certainty.PROVED && sighting.evidence().layer().equals("L4");
        if (proved && sighting.hop() instanceof NextHop.Exchangers) {
            String message = sighting.message() == null ? "" : ", message " + sighting.message();
            Mailbox address = sighting.recipient();
            Forward forward = new Forward(address, null, "mail to " + address + " came back, last seen " + sighting.at() + message + ": " + sighting.evidence().finding());
            synchronized (this) {
                seen.remove(AddressKey.of(address));
                seen.put(AddressKey.of(address), forward);
            }
        }
    }

    @Override
    public synchronized List<Forward> all() {
        return new ArrayList<>(seen.values()).reversed();
    }
}
