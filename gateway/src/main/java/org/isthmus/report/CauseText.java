// SPDX-License-Identifier: Apache-2.0
package org.isthmus.report;

import java.util.function.Predicate;
import org.isthmus.address.Mailbox;
import org.isthmus.report.Words.Quote;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.transit.Cause;
import org.isthmus.transit.Peer;
import org.isthmus.transit.Stage;
import org.isthmus.transit.Wording;

/// A cause in plain words for the sender: what happened, what the other side said, what can be done. Nothing of the inside is told: no names of next hops or of the site's
/// own servers, no places in files, no reasons that were written for the operator (those are {@link Wording}'s).
final class CauseText {
    private static final String TELL_POSTMASTER = "You can do nothing about it yourself; please tell the postmaster below.";
    private static final EnhancedStatus SUSPENDED = EnhancedStatus.of("4.3.2");
    private static final String TRY_LATER = "You may send it again later, or reach the recipient another way.";

    private final Predicate<Peer> inside;

    /// @param inside whether a server is the site's own, so that its name stays inside
    CauseText(Predicate<Peer> inside) {
        this.inside = inside;
    }

    Words of(Cause cause, Mailbox recipient) {
        String domain = recipient.host().text();
        return switch (cause) {
            case Cause.Replied replied -> replied(replied, domain);
            case Cause.Unresolved unresolved -> unresolved(unresolved);
            case Cause.Unreachable unreachable when unreachable.stage() == Stage.TLS && unreachable.status().isPermanent() -> demanded(domain);
            case Cause.Unreachable unreachable -> new Words(
                    capital(name(unreachable.peer(), domain)) + " " + trouble(unreachable.stage()) + ".", null,
                    "Its administrators may know more. " + TRY_LATER);
            case Cause.Unsupported unsupported -> unsupported(unsupported, domain);
            case Cause.Looped looped -> looped(looped, recipient);
            case Cause.Decided decided when decided.status().equals(SUSPENDED) -> new Words("Deliveries to " + domain + " are stopped for the moment by those who run the mail system.", null, "");
            case Cause.Decided decided -> byStatus(decided.status(), domain, new Words("The mail system could not deliver the message to this address.", null, TELL_POSTMASTER));
            case Cause.Local local -> new Words("The mail system had a problem of its own, which has nothing to do with your message.", null, "");
            case Cause.Expired expired -> expired(expired, recipient);
        };
    }

    private Words replied(Cause.Replied replied, String domain) {
        Quote quote = new Quote(name(replied.peer(), domain), replied.reply().text());
        Words words = byStatus(replied.status(), domain, byStage(replied.stage(), replied.reply(), domain));
        return new Words(words.what(), quote, words.advice());
    }

    /// For replies whose status says nothing in particular.
    private static Words byStage(Stage stage, Reply reply, String domain) {
        if (!reply.isPermanent()) {
            return new Words("The mail server for " + domain + " could not take the message at that time.", null, TRY_LATER);
        }
        return switch (stage) {
            case RCPT -> new Words("The mail server for " + domain + " refused this address.", null, "Check the address, or ask the recipient for another one.");
            case MAIL -> new Words("The mail server for " + domain + " takes no mail from your address.", null,
                    "What the server said may tell why. The administrators of " + domain + " decide about it.");
            case CONNECT, GREETING, HELLO, TLS, AUTH, DATA, DATA_BLOCK, END_OF_DATA, QUIT -> new Words("The mail server for " + domain + " refused the message.", null,
                    "What the server said may tell why.");
        };
    }

    /// RFC 3463 §3, and the registry that it began.
    private static Words byStatus(EnhancedStatus status, String domain, Words otherwise) {
        return switch (status.subject() + "." + status.detail()) {
            case "1.1" -> new Words("There is no such address at " + domain + ".", null,
                    "Check the address for typing errors. If it is right, the recipient may have moved; reach them another way.");
            case "1.2", "4.4" -> new Words("The mail system found no way to deliver mail for " + domain + ".", null, "Check the part of the address behind the @.");
            case "1.3" -> new Words("The address is not written as addresses are.", null, "Check the address for typing errors.");
            case "1.4" -> new Words("The address fits more than one recipient.", null, "Ask the recipient for an address of their own.");
            case "1.6" -> new Words("The recipient has moved and left no new address.", null, "Reach the recipient another way.");
            case "1.7", "1.8" -> new Words("Your own address was not accepted as the sender's.", null, "Check the sender's address in your mail program, or tell your administrators.");
            case "1.10" -> new Words("The domain " + domain + " accepts no mail at all.", null, "Check the part of the address behind the @, or reach the recipient another way.");
            case "2.1" -> new Words("The mailbox is disabled and takes no messages.", null, "Reach the recipient another way.");
            case "2.2" -> new Words("The recipient's mailbox is full.", null, "Tell the recipient another way, or send it again later.");
            case "2.3", "3.4" -> new Words("The message is larger than the recipient's server takes.", null, "Send it in smaller parts, or leave large attachments away.");
            case "2.4" -> new Words("There was a problem with the mailing list of this address.", null, "Ask whoever runs the list.");
            case "4.6" -> new Words("The message went in a circle between mail servers.", null,
                    "That is a mistake in how mail for " + domain + " is set up, not in your message. Its administrators must mend it.");
            case "5.3" -> new Words("The message has more recipients than the server takes.", null, "Send it to fewer recipients at a time.");
            case "6.7", "6.8", "6.9", "6.10" -> new Words("The recipient's server cannot handle addresses or headers with letters beyond a to z.", null,
                    "Use an address of yours, and one of the recipient's, that has plain letters only, and such a subject.");
            case "6.0", "6.1", "6.2", "6.3" -> new Words("The form of the message was not accepted.", null, "Send it as plain text, or in another format.");
            case "7.0", "7.1", "7.2", "7.7", "7.23", "7.25", "7.26" -> new Words("The recipient's side does not accept this message, by a rule of its own.", null,
                    "What the server said may tell which rule. The administrators of " + domain + " decide about it.");
            default -> otherwise;
        };
    }

    private static Words unresolved(Cause.Unresolved unresolved) {
        String domain = unresolved.domain().text();
        if (!unresolved.status().isPermanent()) {
            return new Words("The mail server for " + domain + " could not be found: the Internet's name service (DNS) gave no answer.", null, "Check the part of the address behind the @. " + TRY_LATER);
        }
        return byStatus(unresolved.status(), domain, new Words("No mail server could be found for " + domain + ".", null, "Check the part of the address behind the @."));
    }

    private Words unsupported(Cause.Unsupported unsupported, String domain) {
        if (unsupported.extension().equals("REQUIRETLS")) {
            return demanded(domain);
        }
        Words otherwise = new Words(capital(name(unsupported.peer(), domain)) + " cannot handle a message of this form (it lacks " + unsupported.extension() + ").", null,
                "Send it as plain text without special characters.");
        return byStatus(unsupported.status(), domain, otherwise);
    }

    /// RFC 8689 §4.2.1.
    private static Words demanded(String domain) {
        return new Words("The message was sent with the demand that it goes over secure connections alone, and the way to " + domain + " cannot promise that.", null,
                "If its content allows it, send it again without that demand; otherwise reach the recipient another way.");
    }

    private static Words looped(Cause.Looped looped, Mailbox recipient) {
        if (looped.evidence().layer().equals("loopback")) {
            return new Words("The address " + recipient.text() + " belongs to this site, and mail for it would have had to leave the site only to come back. The site does not allow that.", null,
                    "That is a matter of how the site's mail is set up, not of your message. " + TELL_POSTMASTER);
        }
        String domain = recipient.host().text();
        String mend = "That is a mistake in how mail for " + domain + " is set up, not in your message. ";
        String path = looped.evidence().path(true);
        String along = path.isEmpty() ? "" : " It went this way: " + path + ".";
        return switch (looped.evidence().layer()) {
            case "breaker" -> new Words("Mail for " + domain + " goes in a circle at present, so the message is kept here until that has been mended. It is not lost.", null, mend);
            case "aliases", "L1" -> new Words("The address " + recipient.text() + " stands for others that in the end stand for it again, so there is nobody to deliver the message to.", null, mend + TELL_POSTMASTER);
            case "L4", "L5", "L6", "L7" -> new Words("The message was sent on to " + domain + " and came back to the server that had sent it: it went in a circle." + along, null,
                    mend + "You can do nothing about it yourself; the administrators of " + domain + " must mend it, or the recipient, who may have set up a forwarding that leads back.");
            default -> new Words("Mail for " + domain + " would go in a circle: it would come back to the server that sent it." + along, null, mend + "Its administrators must mend it.");
        };
    }

    private Words expired(Cause.Expired expired, Mailbox recipient) {
        String began = "The message could not be delivered within " + Wording.span(expired.age()) + ".";
        if (expired.last() == null) {
            return new Words(began, null, TRY_LATER);
        }
        Words last = of(expired.last(), recipient);
        return new Words(began + " What stood in the way at last: " + last.what(), last.said(), last.advice().isEmpty() ? TRY_LATER : last.advice());
    }

    private static String trouble(Stage stage) {
        return switch (stage) {
            case CONNECT -> "could not be reached";
            case GREETING, HELLO -> "did not answer as a mail server does";
            case TLS -> "and we could not agree on a secure connection";
            case AUTH -> "did not let us in";
            case MAIL, RCPT, DATA, DATA_BLOCK, END_OF_DATA, QUIT -> "ended the connection before it had taken the message";
        };
    }

    /// A server as the sender may know it.
    private String name(Peer peer, String domain) {
        return inside.test(peer) ? "the site's own mail server for " + domain : "the mail server " + peer.name() + " for " + domain;
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
