// SPDX-License-Identifier: Apache-2.0
package org.isthmus.predict;

import java.util.List;

/// A closed walk as a small drawing in plain text:
///
/// ```
/// +-> we
/// |     routes[0] to="*" via=provider (isthmus.conf:7)
/// |   provider, 127.0.0.1 port 2525
/// |     is ourselves: listener inner (127.0.0.1:2525) at isthmus.conf:3
/// +-- we
/// ```
public final class Drawing {
    private Drawing() {}

    /// @return one line each; none for no walk
    public static List<String> of(List<Found.Station> walk) {
        java.util.ArrayList<String> lines = new java.util.ArrayList<>();
        for (int i = 0; i < walk.size(); i++) {
            Found.Station station = walk.get(i);
            lines.add((i == 0 ? "+-> " : i == walk.size() - 1 ? "+-- " : "|   ") + station.name());
            if (!station.why().isEmpty()) {
                lines.add("|     " + station.why());
            }
        }
        return lines;
    }
}
