// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.config.Settings;
import org.isthmus.loop.Xsite;
import org.isthmus.policy.Refusals;
import org.isthmus.policy.ReplyForm;
import org.isthmus.route.Router;
import org.isthmus.smtp.Command;
import org.isthmus.smtp.EnhancedStatus;
import org.isthmus.smtp.Reply;
import org.isthmus.smtp.StatusClass;
import org.isthmus.transit.Cause;
import org.isthmus.transit.QueueId;

/// Every reply that a session sends, but for those of {@link Refusals}, which policy makes, and those about a command's syntax, which {@code smtp.CommandParser} makes:
/// code, status and words that a person can act on. docs/replies.md is made of this class.
public final class Replies {
    static final ReplyForm GREETING = new ReplyForm(220, null, "{} ESMTP Isthmus", "A client has connected.", "");
    static final ReplyForm HELLO = new ReplyForm(250, null, "{} at your service", "HELO. The answer to EHLO lists the extensions instead.", "");
    static final ReplyForm MAIL_OK = new ReplyForm(250, "2.1.0", "sender ok", "MAIL.", "");
    static final ReplyForm RCPT_OK = new ReplyForm(250, "2.1.5", "recipient ok", "RCPT.", "");
    static final ReplyForm START_DATA = new ReplyForm(354, null, "send the message, end it with a dot alone on a line", "DATA.", "");
    static final ReplyForm CHUNK_OK = new ReplyForm(250, "2.0.0", "{} octets received", "BDAT, not the last one.", "");
    static final ReplyForm QUEUED = new ReplyForm(250, "2.0.0", "ok, queued as {}",
            "The end of the message: it is on disk, and Isthmus is responsible for it.", "`isthmus trace ID` tells what became of it.");
    static final ReplyForm RESET = new ReplyForm(250, "2.0.0", "forgotten", "RSET.", "");
    static final ReplyForm NOOP = new ReplyForm(250, "2.0.0", "nothing done", "NOOP.", "");
    static final ReplyForm GOODBYE = new ReplyForm(221, "2.0.0", "{} closing connection", "QUIT.", "");
    static final ReplyForm HELP = new ReplyForm(214, "2.0.0",
            "commands: EHLO HELO MAIL RCPT DATA BDAT RSET VRFY HELP NOOP QUIT; see RFC 5321", "HELP.", "");
    static final ReplyForm UNVERIFIED = new ReplyForm(252, "2.0.0", "cannot verify; send the message and see",
            "VRFY. Addresses are verified at RCPT alone, so that nobody can harvest them without leaving a trace. RFC 5321 §7.3.", "");
    static final ReplyForm XSITE = new ReplyForm(250, "2.0.0", "XSITE {} {}",
            "XSITE: another connector asks whether it talks to itself; listener and proof. docs/reference/xsite.md.", "");
    static final ReplyForm NO_EXPANSION = new ReplyForm(502, "5.5.1", "lists are not shown", "EXPN. RFC 5321 §7.3.", "");

    static final ReplyForm UNRECOGNISED = new ReplyForm(500, "5.5.2", "command not recognised: {}", "A verb that is none of SMTP's.",
            "Many of these from one client: it doesn't speak SMTP, or something between changes what it says.");
    static final ReplyForm NOT_IMPLEMENTED = new ReplyForm(502, "5.5.1", "{} is not offered here", "A command of SMTP that this listener doesn't offer. RFC 5321 §4.2.4.", "");
    static final ReplyForm FORBIDDEN_CHARACTER = new ReplyForm(500, "5.5.2",
            "a command must not hold a bare CR, a bare LF or a NUL; lines end with CRLF",
            "A command line with one of these characters. Nothing after it is read as a command before the next CRLF. RFC 5321 §2.3.8.",
            "The client's software is broken, or it tries to smuggle.");
    static final ReplyForm LINE_TOO_LONG = new ReplyForm(500, "5.5.2", "line too long: at most {} octets", "A command line above the limit. RFC 5321 §4.5.3.1.4.", "");
    static final ReplyForm LINE_ENDLESS = new ReplyForm(421, "4.7.0", "{} closing connection: a line that does not end", "A command line far above the limit.", "");
    static final ReplyForm TOO_MANY_CHALLENGES = new ReplyForm(503, "5.5.1", "that was asked often enough: XSITE at most {} times in a session", "XSITE, once more than is needed.", "");
    static final ReplyForm SAY_HELLO_FIRST = new ReplyForm(503, "5.5.1", "send EHLO or HELO first", "MAIL before EHLO. RFC 5321 §4.1.4.", "");
    static final ReplyForm NESTED_MAIL = new ReplyForm(503, "5.5.1", "a sender is already given; RSET begins anew", "MAIL within a transaction. RFC 5321 §4.1.4.", "");
    static final ReplyForm MAIL_FIRST = new ReplyForm(503, "5.5.1", "send MAIL first", "RCPT, DATA or BDAT outside a transaction. RFC 5321 §4.1.4.", "");
    static final ReplyForm RCPT_FIRST = new ReplyForm(503, "5.5.1", "send RCPT first", "DATA or BDAT without a RCPT. RFC 5321 §3.3.", "");
    static final ReplyForm NO_VALID_RECIPIENTS = new ReplyForm(554, "5.5.1", "no valid recipients", "DATA or BDAT when every RCPT was refused. RFC 5321 §3.3.", "");
    static final ReplyForm IN_CHUNKS = new ReplyForm(503, "5.5.1", "the message has begun with BDAT: go on with BDAT, or RSET",
            "MAIL, RCPT or DATA between two chunks. RFC 3030 §2.", "");
    static final ReplyForm NEEDS_BDAT = new ReplyForm(503, "5.5.1", "BODY=BINARYMIME goes by BDAT only", "DATA for a message that was announced as BINARYMIME. RFC 3030 §3.", "");
    static final ReplyForm NEEDS_SMTPUTF8 = new ReplyForm(553, "5.6.7", "an address that is not US-ASCII needs MAIL with SMTPUTF8",
            "RCPT with such an address in a transaction without SMTPUTF8. RFC 6531 §3.5.", "");
    static final ReplyForm NOT_HTTP = new ReplyForm(421, "4.7.0", "{} closing connection: this is a mail server",
            "A verb of HTTP, or the first octet of a TLS handshake, where a command should be. Such a client may be tricked into saying more (cross-protocol attack).",
            "If a mail client is set to TLS from the start on this port, set it otherwise.");

    static final ReplyForm TOO_LARGE = new ReplyForm(552, "5.3.4", "message too large: at most {} octets",
            "MAIL with a SIZE above the limit, or a message that turns out larger. RFC 1870 §6.", "Raise limits.message-size if such messages are wanted.");
    static final ReplyForm HEADER_TOO_LARGE = new ReplyForm(552, "5.3.4", "the header section is too large: at most {} octets", "End of the message.",
            "Raise limits.header-size if such messages are wanted.");
    static final ReplyForm TOO_MANY_FIELDS = new ReplyForm(554, "5.6.0", "too many header fields: at most {}", "End of the message.",
            "Raise limits.header-fields if such messages are wanted.");
    static final ReplyForm TOO_MANY_RECIPIENTS = new ReplyForm(452, "4.5.3", "too many recipients: at most {} in one transaction",
            "RCPT above the limit. The client sends the message to those it has, and again to the others. RFC 5321 §4.5.3.1.10.", "Raise limits.recipients.");
    static final ReplyForm BAD_CONTENT = new ReplyForm(550, "5.6.0", "message refused: it holds {}; lines end with CRLF alone",
            "The end of a message with a bare CR, a bare LF or a NUL. Two servers that see line ends differently can be made to see one message as two (SMTP smuggling). RFC 5321 §2.3.8.",
            "The sender's software is broken and must be mended there; there is no setting that lets it pass.");
    static final ReplyForm HOPS = new ReplyForm(550, "5.4.6", "mail loop: the message has passed {} servers already; the limit is {}",
            "The end of a message with as many Received lines as loop.hop-limit, or more. RFC 5321 §6.3.", "`isthmus trace` shows the path; look which server sends it back.");

    static final ReplyForm RETURNED = new ReplyForm(550, "5.4.6", "mail loop: this message was sent to {} from here before, and has come back to go there again",
            "The end of a message, or its first chunk, when all of its recipients would get it by the way that it has come back from: our signed trace in it and the ledger prove it, or it came "
                    + "back five times within a day.",
            "`isthmus trace` shows how it left, and from where it came back: look there for a forward or a route that leads to this site.");

    static final ReplyForm UNKNOWN_RECIPIENT = new ReplyForm(550, "5.1.1", "no such address here: {}", "RCPT with an address of an authoritative domain that its recipients don't list.",
            "If the address should exist, add it there. `isthmus explain ADDRESS` shows where was looked.");
    static final ReplyForm UNDECIDED_RECIPIENT = new ReplyForm(451, "4.3.0", "cannot look {} up at present; try again later",
            "RCPT when a source of recipients can't be read.", "The reason is in the trace and in the log: a missing file, a broken line.");
    static final ReplyForm UNDECIDED_SENDER = new ReplyForm(451, "4.3.0", "cannot tell what the sender {} becomes at present; try again later", "MAIL when a file of `rewrite` can't be read.",
            "The reason is in the trace and in the log: a missing file, a broken line.");
    static final ReplyForm LOOPBACK = new ReplyForm(550, "5.4.6",
            "Your message did not reach some or all of the intended recipients. {} is an address of this site, and mail for it would leave the site only to come back",
            "RCPT when the loopback policy is `reject` (or DisableLoopbackConnections is 1) and the recipient's way leads outward.",
            "Give the domain a deliver-to inside, or choose another loopback policy. `isthmus explain ADDRESS` names the lines.");
    static final ReplyForm LOOPED = new ReplyForm(550, "5.4.6", "mail loop: mail for {} would come back to this server",
            "RCPT when the way to the recipient leads back to us.", "`isthmus explain ADDRESS` names the setting or the DNS record.");
    static final ReplyForm NULL_MX = new ReplyForm(556, "5.1.10", "the domain of {} accepts no mail", "RCPT when the recipient's domain has a null MX. RFC 7505 §4.2.", "");
    static final ReplyForm UNRESOLVED = new ReplyForm(550, ReplyForm.FROM_CAUSE, "the domain of {} cannot receive mail: {}", "RCPT when DNS says for certain that there is no way to the recipient.", "");
    static final ReplyForm UNROUTABLE = new ReplyForm(550, ReplyForm.FROM_CAUSE, "cannot deliver to {}: {}", "RCPT when routing says for certain that the recipient can't be reached.",
            "`isthmus explain ADDRESS` shows why.");

    static final ReplyForm ALIAS_CIRCLE = new ReplyForm(550, "5.4.6", "mail loop: the aliases of {} lead in a circle", "RCPT with an alias that leads back to itself and to no mailbox.",
            "`isthmus check` shows the circle with the line of each of its aliases (LP09).");
    static final ReplyForm NOBODY_BEHIND = new ReplyForm(550, ReplyForm.FROM_CAUSE, "nobody can be reached at {}", "RCPT with an alias behind which no address can be delivered to.",
            "`isthmus explain ADDRESS` shows who stands behind it, and what is wrong with each.");

    static final ReplyForm AUTHENTICATED = new ReplyForm(235, "2.7.0", "welcome", "AUTH: the client has proved to be a user.", "");
    static final ReplyForm BAD_CREDENTIALS = new ReplyForm(535, "5.7.8", "wrong user name or password", "AUTH, and the proof is wrong. RFC 4954 §6.",
            "The trace says which of the two it was. Many of these from one client: somebody guesses, and is answered ever more slowly.");
    static final ReplyForm BAD_EXCHANGE = new ReplyForm(501, "5.5.2", "that is no message of this mechanism", "AUTH, and what the client says is not what its mechanism has.", "");
    static final ReplyForm NO_BASE64 = new ReplyForm(501, "5.5.2", "that is not base64", "A line within AUTH that cannot be decoded. RFC 4954 §4.", "");
    static final ReplyForm AUTH_CANCELLED = new ReplyForm(501, "5.7.0", "authentication cancelled", "A star within AUTH. RFC 4954 §4.", "");
    static final ReplyForm AUTH_LINE_TOO_LONG = new ReplyForm(500, "5.5.6", "a line of this exchange has at most {} octets, and no bare CR, bare LF or NUL", "A line within AUTH. RFC 4954 §4.", "");
    static final ReplyForm NO_MECHANISM = new ReplyForm(504, "5.5.4", "{} is not offered here; EHLO lists what is", "AUTH with a mechanism that is not offered to this client. RFC 4954 §4.",
            "auth.mechanisms says what is offered; SCRAM-SHA-256-PLUS needs TLS.");
    static final ReplyForm NEEDS_TLS = new ReplyForm(538, "5.7.11", "no passwords in the clear: send STARTTLS first", "AUTH without TLS. RFC 4954 §6.",
            "The client must be set to use TLS. listeners.NAME.auth-without-tls = true lets passwords go in the clear.");
    static final ReplyForm AUTHENTICATED_ALREADY = new ReplyForm(503, "5.5.1", "you are logged in already", "A second AUTH in a session. RFC 4954 §4.", "");
    static final ReplyForm AUTH_IN_TRANSACTION = new ReplyForm(503, "5.5.1", "not within a transaction: RSET first", "AUTH between MAIL and the end of the message. RFC 4954 §4.", "");
    static final ReplyForm AUTH_TROUBLE = new ReplyForm(454, "4.7.0", "cannot tell who you are at present; try again later", "AUTH, when the users file or Dovecot cannot be asked. RFC 4954 §6.",
            "The trace and the log say why.");
    static final ReplyForm TOO_MANY_ATTEMPTS = new ReplyForm(454, "4.7.0", "too many failed attempts; try again later", "AUTH from a client that has failed too often (auth.attempts), or for a user whom many guess at.",
            "It is over by itself. `isthmus trace AUTH` shows the attempts.");
    static final ReplyForm NOT_YOUR_SENDER = new ReplyForm(550, "5.7.1", "{} may not send as {}", "MAIL from an authenticated user with a sender address that is not his. RFC 6409 §6.1.",
            "`isthmus user add NAME --sender PATTERN` gives him more, auth.senders says what users may in general.");

    static final ReplyForm NO_ROOM = new ReplyForm(452, "4.3.1", "not enough room on disk at present; try again later", "DATA, BDAT or the end of the message, when the disk of connector.data is too full.",
            "Make room. Nothing is lost: clients try again.");
    static final ReplyForm DISK_TROUBLE = new ReplyForm(451, "4.3.0", "cannot store mail at present; try again later",
            "DATA, BDAT or the end of the message, when the disk fails.", "See the log for the failure. Nothing is lost: clients try again.");
    static final ReplyForm BUG = new ReplyForm(421, "4.3.0", "{} closing connection: internal error", "A mistake in Isthmus.",
            "The log has the details under the trace id. Please report it.");

    static final ReplyForm TOO_MANY_ERRORS = new ReplyForm(421, "4.7.0", "{} closing connection: too many errors; the last one: {}", "The limits.errors-th error of a session.",
            "Look at the session's trace: a client that guesses addresses, or one that is broken.");
    static final ReplyForm IDLE = new ReplyForm(421, "4.4.2", "{} closing connection: no complete command for too long", "A client that has said nothing for limits.idle, or dribbles.", "");
    static final ReplyForm CONTENT_TIMEOUT = new ReplyForm(421, "4.4.2", "{} closing connection: the message came too slowly",
            "A client that stops within a message for limits.idle, or sends less than 100 octets a second after that time.", "");
    static final ReplyForm STOPPING = new ReplyForm(421, "4.3.2", "{} closing connection: the server is being stopped; try again later", "Isthmus stops.", "");
    static final ReplyForm TOO_MANY_SESSIONS = new ReplyForm(421, "4.3.2", "{} too busy: too many sessions; try again later", "A client connects when limits.sessions are open.",
            "`isthmus status` shows who they are.");
    static final ReplyForm TOO_MANY_FROM_CLIENT = new ReplyForm(421, "4.7.0", "{} too many sessions from {}; try again later",
            "A client connects when limits.sessions-per-client are open from its address.", "Raise the limit if the client is a large site.");
    static final ReplyForm LOST = new ReplyForm(421, "4.4.2", "{} lost the connection within the message", "Never sent: it stands in the trace when a client vanishes in the middle of a message.", "");
    static final ReplyForm NO_PROXY_HEADER = new ReplyForm(421, "4.7.0", "{} closing connection: no PROXY header, or a wrong one",
            "Never sent: it stands in the trace when a host of `proxy-hosts` begins with something else than the PROXY protocol's header.",
            "Turn the PROXY protocol on in the proxy, or take its address out of `proxy-hosts`.");
    static final ReplyForm NO_HOLDING = new ReplyForm(555, "5.5.4", "mail is not held here on a sender's wish", "MAIL with HOLDFOR or HOLDUNTIL at a listener without `max-hold`. RFC 4865.",
            "Give the listener a max-hold if its clients may want that.");
    static final ReplyForm HOLD_TOO_LONG = new ReplyForm(501, "5.5.4", "mail is held for {} seconds at most", "MAIL with a HOLDFOR or HOLDUNTIL beyond `max-hold`. RFC 4865 §4.", "Raise max-hold.");
    static final ReplyForm HOLD_TOO_LATE = new ReplyForm(501, "5.5.4", "BY would be over before the message is let go", "MAIL with BY in mode R and a later HOLDFOR or HOLDUNTIL.", "");
    static final ReplyForm PRIORITY_CHANGED = new ReplyForm(250, "2.3.6", "sender ok, with priority {}", "MAIL with an MT-PRIORITY above 0 from a client that may not send to anywhere. RFC 6710 §5.", "");
    static final ReplyForm TLS_FOR_REQUIRETLS = new ReplyForm(530, "5.7.10", "REQUIRETLS needs TLS here too: send STARTTLS first", "MAIL with REQUIRETLS in the clear. RFC 8689 §2.", "");
    static final ReplyForm NO_REQUIRETLS = new ReplyForm(555, "5.5.4", "REQUIRETLS is not offered here", "MAIL with REQUIRETLS where `tls.requiretls = no`. RFC 5321 §4.1.1.11.", "");
    static final ReplyForm CALLED = new ReplyForm(250, "2.0.0", "what waits for {} is started", "ETRN. RFC 1985 §5.3. The mail goes by its route, and not by this connection.", "");
    static final ReplyForm NOT_CALLED = new ReplyForm(459, "4.7.1", "you may not call for the mail of {}", "ETRN from a host that is none of the domain's `etrn-hosts`. RFC 1985 §5.3.",
            "Name the host there if it is the domain's server.");
    static final ReplyForm NO_SUCH_QUEUE = new ReplyForm(459, "4.7.1", "queues have no names here", "ETRN with `#`. RFC 1985 §5.3.", "");
    static final ReplyForm NOT_XCLIENT = new ReplyForm(550, "5.7.0", "you may not say who others are",
            "XCLIENT from a host that is none of the listener's `xclient-hosts`.", "Name the host there if it is a proxy or filter of yours.");
    static final ReplyForm XCLIENT_IN_MAIL = new ReplyForm(503, "5.5.1", "a mail transaction is in progress", "XCLIENT between MAIL and the end of data.", "");
    static final ReplyForm TLS_GO = new ReplyForm(220, "2.0.0", "go ahead with TLS", "STARTTLS.", "");
    static final ReplyForm TLS_ALREADY = new ReplyForm(503, "5.5.1", "TLS is in use already", "STARTTLS under TLS. RFC 3207 §4.2.", "");
    static final ReplyForm TLS_IN_MAIL = new ReplyForm(503, "5.5.1", "a mail transaction is in progress; RSET it before STARTTLS", "STARTTLS between MAIL and the end of data.", "");
    static final ReplyForm TLS_NOT_NOW = new ReplyForm(454, "4.7.0", "TLS is not available at present", "STARTTLS when the certificate or its key can't be read.",
            "The log says why. `isthmus check` looks at them too.");
    static final ReplyForm TLS_INJECTED = new ReplyForm(554, "5.7.0", "commands came behind STARTTLS in the clear; closing connection",
            "Anything that comes behind STARTTLS before our answer to it: it would otherwise be taken for said under TLS (CVE-2011-0411). RFC 3207 §4.",
            "Somebody on the way to the client, or a client that is broken.");
    static final ReplyForm TLS_FAILED = new ReplyForm(421, "4.7.0", "the TLS handshake failed", "Never sent: it stands in the trace when a client and we could not agree on TLS.",
            "The trace says why: a client that has only versions before TLS 1.2, or that does not like our certificate.");
    static final ReplyForm CHUNKS_LOST = new ReplyForm(501, "5.5.4", "BDAT not understood, so nobody knows where its octets end; closing connection",
            "BDAT with a wrong argument. The session ends, so that content is never read as commands. RFC 3030 §2.", "");

    private static final List<ReplyForm> OWN = List.of(AUTHENTICATED, BAD_CREDENTIALS, BAD_EXCHANGE, NO_BASE64, AUTH_CANCELLED, AUTH_LINE_TOO_LONG, NO_MECHANISM, NEEDS_TLS, AUTHENTICATED_ALREADY, AUTH_IN_TRANSACTION,
            AUTH_TROUBLE, TOO_MANY_ATTEMPTS, NOT_YOUR_SENDER, GREETING, HELLO, MAIL_OK, RCPT_OK, START_DATA, CHUNK_OK, QUEUED, RESET, NOOP, XSITE, GOODBYE, HELP, UNVERIFIED, NO_EXPANSION,
            UNRECOGNISED, NOT_IMPLEMENTED, FORBIDDEN_CHARACTER, LINE_TOO_LONG, LINE_ENDLESS, TOO_MANY_CHALLENGES, SAY_HELLO_FIRST, NESTED_MAIL, MAIL_FIRST, RCPT_FIRST, NO_VALID_RECIPIENTS, IN_CHUNKS,
            NEEDS_BDAT, NEEDS_SMTPUTF8, NOT_HTTP, TOO_LARGE, HEADER_TOO_LARGE, TOO_MANY_FIELDS, TOO_MANY_RECIPIENTS, BAD_CONTENT, HOPS, RETURNED, UNKNOWN_RECIPIENT, UNDECIDED_RECIPIENT, UNDECIDED_SENDER,
            LOOPBACK, LOOPED, NULL_MX, UNRESOLVED, UNROUTABLE, ALIAS_CIRCLE, NOBODY_BEHIND, NO_ROOM, DISK_TROUBLE, BUG, TOO_MANY_ERRORS, IDLE, CONTENT_TIMEOUT, STOPPING, TOO_MANY_SESSIONS,
            TOO_MANY_FROM_CLIENT, LOST, CHUNKS_LOST, NO_PROXY_HEADER, NOT_XCLIENT, XCLIENT_IN_MAIL, NO_HOLDING, HOLD_TOO_LONG, HOLD_TOO_LATE, PRIORITY_CHANGED, TLS_FOR_REQUIRETLS, NO_REQUIRETLS, CALLED, NOT_CALLED, NO_SUCH_QUEUE, TLS_GO, TLS_ALREADY, TLS_IN_MAIL, TLS_NOT_NOW,
            TLS_INJECTED, TLS_FAILED);

    /// Replies without blanks that go out with every message, ready for the wire.
    static final byte[] MAIL_OK_OCTETS = MAIL_OK.with().bytes();
    static final byte[] RCPT_OK_OCTETS = RCPT_OK.with().bytes();
    static final byte[] START_DATA_OCTETS = START_DATA.with().bytes();

    private Replies() {}

    /// Every reply form of the server, those of policy included.
    public static List<ReplyForm> all() {
        List<ReplyForm> all = new ArrayList<>(OWN);
        all.addAll(Refusals.ALL);
        return all;
    }

    /// The answer to EHLO. RFC 5321 §4.1.1.1.
    /// @param more what is offered to this client alone
    static Reply extensions(Settings settings, List<String> more) {
        List<String> lines = new ArrayList<>(List.of(
                settings.connector().hostname().ascii() + " at your service",
                "PIPELINING",
                "SIZE " + settings.limits().messageSize().octets(),
                "8BITMIME",
                "SMTPUTF8",
                "ENHANCEDSTATUSCODES",
                "DSN",
                "CHUNKING",
                "BINARYMIME",
                // RFC 9422 §4.2
                "LIMITS RCPTMAX=" + settings.limits().recipients(),
                "HELP"));
        if (settings.loop().xsite()) {
            lines.add(Xsite.KEYWORD);
        }
        lines.addAll(more);
        return new Reply(250, null, lines);
    }

    /// The 250 of an accepted message, ready for the wire: an id needs no care.
    static byte[] queued(QueueId id) {
        return (QUEUED.code() + " " + QUEUED.status() + " " + QUEUED.text().replace("{}", id.toString()) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    static Reply unrecognised(Command.Unrecognised command) {
        // RFC 5321 §4.2.4: 502 for what is SMTP but not done here, 500 for what is none.
        return switch (command.verb()) {
            case "TURN", "ATRN", "SEND", "SOML", "SAML", "LHLO" -> NOT_IMPLEMENTED.with(command.verb());
            default -> UNRECOGNISED.with(command.verb());
        };
    }

    /// What RCPT is answered when routing found for certain that there is no way. The code follows the cause's status.
    /// @param to the recipient as the client wrote it
    static Reply unreachable(Cause cause, String to) {
        EnhancedStatus status = cause.status();
        return switch (cause) {
            case Cause.Looped looped when looped.evidence().layer().equals("loopback") -> LOOPBACK.with(to);
            case Cause.Looped looped -> LOOPED.with(to);
            // RFC 7505 §4.2
            case Cause.Unresolved unresolved when status.subject() == 1 && status.detail() == 10 -> NULL_MX.with(to);
            case Cause.Unresolved unresolved -> withStatus(UNRESOLVED, status, to, unresolved.problem());
            case Cause.Decided decided -> decided(status, to);
            case Cause.Replied replied -> withStatus(UNROUTABLE, status, to, "refused by the next server");
            case Cause.Unreachable unreachable -> withStatus(UNROUTABLE, status, to, "its server cannot be reached");
            case Cause.Unsupported unsupported -> withStatus(UNROUTABLE, status, to, "its server lacks " + unsupported.extension());
            case Cause.Expired expired -> withStatus(UNROUTABLE, status, to, "its time is over");
            // Local trouble is never a reason to refuse for good.
            case Cause.Local local -> UNDECIDED_RECIPIENT.with(to);
        };
    }

    /// What RCPT is answered when nobody can be reached behind an alias. Who that would be is not told.
    static Reply nobodyBehind(Cause cause, String to) {
        return cause instanceof Cause.Looped looped && looped.evidence().layer().equals(Router.ALIASES) ? ALIAS_CIRCLE.with(to) : withStatus(NOBODY_BEHIND, cause.status(), to);
    }

    /// What a decision of ours was about is written for the operator, with names of the inside; a client hears as much as the status says.
    private static Reply decided(EnhancedStatus status, String to) {
        return switch (status.subject() + "." + status.detail()) {
            case "1.1" -> UNKNOWN_RECIPIENT.with(to);
            case "4.4" -> withStatus(UNROUTABLE, status, to, "there is no route to its domain");
            default -> withStatus(UNROUTABLE, status, to, "there is no way to it from here");
        };
    }

    /// A form whose status comes from a cause, and the code with it: in doubt, a temporary one.
    private static Reply withStatus(ReplyForm form, EnhancedStatus status, Object... values) {
        boolean permanent = status.kind() == StatusClass.PERMANENT_FAILURE;
        EnhancedStatus fitting = permanent ? status : status.as(StatusClass.PERSISTENT_TRANSIENT_FAILURE);
        return form.as(permanent ? 550 : 450, fitting).with(values);
    }

    /// A refusal with the short id under which {@code isthmus trace} finds it.
    static Reply traced(Reply reply, String traceId) {
        List<String> lines = new ArrayList<>(reply.lines());
        lines.add(lines.removeLast() + " (trace " + traceId + ")");
        return new Reply(reply.code(), reply.status(), lines);
    }
}
