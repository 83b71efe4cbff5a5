// SPDX-License-Identifier: Apache-2.0
package org.isthmus.main;

import org.isthmus.loop.Alert;
import org.isthmus.loop.Alerts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Alerts in the log alone: a line for each.
final class LoggedAlerts implements Alerts {
    private static final Logger LOG = LoggerFactory.getLogger(LoggedAlerts.class);

    @Override
    public void raise(Alert alert) {
        LOG.warn("alert: {}", alert.subject());
    }

    @Override
    public void note(Alert note) {
        LOG.info("{}", note.subject());
    }
}
