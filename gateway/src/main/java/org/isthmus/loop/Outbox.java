// SPDX-License-Identifier: Apache-2.0
package org.isthmus.loop;

import java.io.IOException;
import org.isthmus.transit.Report;

/// Where letters of ours are posted: into the spool, like any other mail. Durable when it returns.
@FunctionalInterface
public interface Outbox {
    void post(Report letter) throws IOException;
}
