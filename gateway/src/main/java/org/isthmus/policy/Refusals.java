// SPDX-License-Identifier: Apache-2.0
package org.isthmus.policy;

import java.util.List;

/// The replies by which policy refuses.
public final class Refusals {
    public static final ReplyForm RELAYING_DENIED = new ReplyForm(550, "5.7.1",
            "relaying denied: {} does not reside here, and {} may not send to elsewhere through this server",
            "RCPT names an address that is not of this site, and the client is neither in trusted-networks nor authenticated.",
            "If the client is yours, add its address to trusted-networks. If the domain is yours, add it to domains.");

    public static final ReplyForm ROUTED_LOCAL_PART = new ReplyForm(550, "5.7.1",
            "relaying denied: the local part of {} names a way to another host, and no such address exists here",
            "RCPT names an address of ours whose local part has the form of another address (%, !, @, IMCEA), which a server behind us might follow.",
            "If such an address does exist, name it in the domain's recipients file.");

    public static final ReplyForm AUTHENTICATION_REQUIRED = new ReplyForm(530, "5.7.0",
            "authentication required: this port takes mail from authenticated users only",
            "MAIL from a client that has not authenticated, on a listener with auth = required.",
            "The client must log in, or use the port for mail between servers.");

    /// All of them, in the order of the document.
    public static final List<ReplyForm> ALL = List.of(RELAYING_DENIED, ROUTED_LOCAL_PART, AUTHENTICATION_REQUIRED);

    private Refusals() {}
}
