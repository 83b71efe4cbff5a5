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

    public static final ReplyForm TOO_MANY_CONNECTIONS = new ReplyForm(421, "4.7.0",
            "too many connections from {} in a short time; try again in {} s",
            "A client connects more often than limits.rate allows it, its network or the listener.",
            "The trace names the setting. Raise the limit if the client is a large site.");

    public static final ReplyForm TOO_MUCH_MAIL = new ReplyForm(450, "4.7.1",
            "too much mail from {} in a short time; try again in {} s",
            "MAIL beyond what limits.rate allows the client, its network, the sender, the user or the listener.",
            "The trace names the setting. A user of whom this is told unexpectedly may have lost a password.");

    public static final ReplyForm TOO_MANY_RECIPIENTS_LATELY = new ReplyForm(450, "4.7.1",
            "too many recipients from {} in a short time; try again in {} s",
            "RCPT beyond what limits.rate allows. The recipients taken before stay.", "The trace names the setting.");

    public static final ReplyForm UNDER_PRESSURE_AT_DOOR = new ReplyForm(421, "4.3.2",
            "{} too busy: not enough {} at present; try again later",
            "A client connects while memory or file descriptors are scarce: strangers first, then everybody. limits.pressure.",
            "`isthmus status` and the log say what is scarce. It is over by itself as soon as there is enough again.");

    public static final ReplyForm UNDER_PRESSURE = new ReplyForm(452, "4.3.1",
            "not enough {} at present; try again later",
            "MAIL while memory, file descriptors, the disk or the room in the queue are scarce: from strangers first, then from everybody. limits.pressure.",
            "`isthmus status` and the log say what is scarce. It is over by itself as soon as there is enough again.");

    public static final ReplyForm EARLY_TALKER = new ReplyForm(554, "5.5.0",
            "{} closing connection: wait for the greeting before you speak",
            "A stranger speaks before the greeting, and checks.early-talkers = refuse. RFC 5321 §3.1.", "If the client is wanted, add it to trusted-networks, or lower checks.greeting-delay.");

    public static final ReplyForm SENDER_CANNOT_RECEIVE = new ReplyForm(550, "5.1.8",
            "the sender's domain {} cannot receive mail: it has no MX and no address",
            "MAIL with such a sender, and checks.sender-domain is on.", "The sender's administrator has to mend the domain's DNS.");

    public static final ReplyForm SENDER_NULL_MX = new ReplyForm(550, "5.7.27",
            "the sender's domain {} accepts no mail",
            "MAIL with a sender whose domain has a null MX, and checks.sender-domain is on. RFC 7505 §4.2.", "");

    public static final ReplyForm LISTED = new ReplyForm(550, "5.7.1",
            "mail from {} is refused: it is listed by {}; postmaster can be written to",
            "RCPT when the lists of checks.dnsbl that have the client weigh as much as checks.dnsbl.refuse-at.",
            "The trace has what each list answered. If the client is wanted, add it to trusted-networks or lower the weight of the list.");

    public static final ReplyForm OWN_SENDER = new ReplyForm(550, "5.7.1",
            "{} is a sender of this site: mail from it is taken from its own users and servers only",
            "The end of a message from a stranger with a sender of an authoritative domain of ours, and checks.own-sender is on; except a message that our own trace proves to have left here.",
            "If the server is yours, add it to trusted-networks; users have to authenticate.");

    /// All of them, in the order of the document.
    public static final List<ReplyForm> ALL = List.of(RELAYING_DENIED, ROUTED_LOCAL_PART, AUTHENTICATION_REQUIRED, TOO_MANY_CONNECTIONS, TOO_MUCH_MAIL, TOO_MANY_RECIPIENTS_LATELY, UNDER_PRESSURE_AT_DOOR,
            UNDER_PRESSURE, EARLY_TALKER, SENDER_CANNOT_RECEIVE, SENDER_NULL_MX, LISTED, OWN_SENDER);

    private Refusals() {}
}
