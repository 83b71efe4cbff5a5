// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli.control;

import org.isthmus.tlsrpt.TlsReport;
import org.isthmus.transport.TlsReporter;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What is known of TLS with other domains, as JSON.
final class TlsShown {
    private TlsShown() {}

    static ObjectNode reports(TlsReporter.Seen seen) {
        ObjectNode result = Shown.object();
        ArrayNode counted = result.putArray("counted");
        for (TlsReporter.Counted one : seen.counted()) {
            for (TlsReport.Policy policy : one.policies()) {
                ObjectNode node = counted.addObject().put("day", one.day().toString()).put("domain", one.domain()).put("policy", policy.type().text()).put("policyDomain", policy.domain());
                policy.strings().forEach(node.putArray("policyStrings")::add);
                ArrayNode failures = node.put("successes", policy.successes()).put("failures", policy.failures()).putArray("details");
                policy.details().forEach(detail -> failures.add(detail(detail)));
            }
        }
        ArrayNode told = result.putArray("told");
        seen.told().forEach(one -> told.addObject().put("at", one.at().toString()).put("day", one.day().toString()).put("domain", one.domain()).put("what", one.what()));
        return result;
    }

    private static ObjectNode detail(TlsReport.Failure failure) {
        ObjectNode node = Shown.object().put("type", failure.type().text()).put("sessions", failure.sessions());
        if (failure.receivingHost() != null) {
            node.put("host", failure.receivingHost());
        }
        if (failure.receivingIp() != null) {
            node.put("address", failure.receivingIp());
        }
        if (failure.reason() != null) {
            node.put("reason", failure.reason());
        }
        return node;
    }
}
