// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.trials.world.Chance;

/// Makes legitimate mail from a seed. {@link #original} is what people inside write to people outside; {@link #consequences} is what then comes, through lists, forwarders, mailboxes and
/// machines, with all that our connector wrote into the message; {@link #independent} never saw us before.
public final class LegitimateMail {
    /// The domain of the site.
    public static final String SITE = "example.com";
    /// Where people inside send from.
    public static final String INSIDE = "10.0.0.21";

    private static final List<String> USERS = List.of("anna", "bert", "carla", "david", "eva", "frank");
    private static final List<String> TOPICS = List.of("Lunch", "Minutes of Tuesday", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Invoice 4711", "Re: your question", "[announce] release 2.0", "Projekt", "Urlaub");

    private final Chance chance;
    private final Set<String> shapes = new TreeSet<>();
    private int number;
    private int hop;

    public LegitimateMail(Chance chance) {
        this.chance = chance;
    }

    /// The kinds made so far.
    public Set<String> shapes() {
        return Set.copyOf(shapes);
    }

    private String user() {
        return chance.oneOf(USERS) + "@" + SITE;
    }

    private Post post(String shape, String client, String from, List<String> to, Mail mail) {
        shapes.add(shape);
        String id = "P" + number++;
        return new Post(shape, id, client, from, to, mail.top("X-Corpus: " + id + "\n").octets());
    }

    private String received(String from, String address, String by, String software) {
        hop++;
        return "Received: from " + from + " (" + from + " [" + address + "])\n\tby " + by + " " + software + " id " + Long.toString(chance.below(1L << 40), 36).toUpperCase(Locale.ROOT) + "\n\tfor <x@"
                + by + ">; Tue, 24 Nov 2026 08:" + two(hop / 60 % 60) + ":" + two(hop % 60) + " +0000 (UTC)\n";
    }

    private static String two(int value) {
        return (value < 10 ? "0" : "") + value;
    }

    private Mail written(String from, String to, String id) {
        String header = "From: " + from.substring(0, 1).toUpperCase(Locale.ROOT) + from.substring(1, from.indexOf('@')) + " <" + from + ">\nTo: <" + to + ">\nSubject: " + chance.oneOf(TOPICS)
                + "\nDate: Tue, 24 Nov 2026 08:00:" + two(number % 60) + " +0100\nMessage-ID: <" + id + ">\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nUser-Agent: Mozilla Thunderbird\n";
        StringBuilder body = new StringBuilder();
        for (long i = chance.between(1, 12); i > 0; i--) {
            body.append(chance.oneOf("See you there.", "", "From what I know, that is so.", ".", "-- ", "https://www.example.org/x?y=z", "x".repeat(70))).append("\r\n");
        }
        return new Mail(header.replace("\n", "\r\n"), body.toString());
    }

    /// Somebody inside writes to somebody outside, to a list, or to both.
    public Post original() {
        String from = user();
        String kind = chance.oneOf("l@lists.remote.example", "bob@remote.example", "bob@gmail.example", "bob@forward.example", "support@tickets.example", "s@sympa.example");
        List<String> to = chance.happens(0.2) ? List.of(kind, "zoe@private.example") : List.of(kind);
        return post("written", INSIDE, from, to, written(from, kind, number + "." + chance.below(1 << 20) + "@" + SITE));
    }

    /// What comes of a message of ours outside.
    /// @param original as it was sent
    /// @param seen as it arrived there
    public List<Post> consequences(Post original, byte[] seen) {
        Mail mail = Mail.of(seen).without("X-Corpus");
        List<Post> posts = new ArrayList<>();
        String author = original.from();
        switch (chance.below(6)) {
            case 0 -> mailman(mail, author, posts);
            case 1 -> sympa(mail, author, posts);
            case 2 -> forwarders(mail, author, posts);
            case 3 -> reports(mail, author, posts);
            case 4 -> answers(mail, author, posts);
            default -> people(mail, author, posts);
        }
        return posts;
    }

    // ---- lists

    private void mailman(Mail mail, String author, List<Post> posts) {
        String subject = mail.text("Subject");
        String listFields = "Precedence: list\nX-BeenThere: l@lists.remote.example\nX-Mailman-Version: 2.1.39\nList-Id: The list <l.lists.remote.example>\n"
                + "List-Unsubscribe: <https://lists.remote.example/options/l>,\n <mailto:l-request@lists.remote.example?subject=unsubscribe>\nList-Archive: <https://lists.remote.example/private/l/>\n"
                + "List-Post: <mailto:l@lists.remote.example>\nList-Help: <mailto:l-request@lists.remote.example?subject=help>\n"
                + "List-Subscribe: <https://lists.remote.example/l>,\n <mailto:l-request@lists.remote.example?subject=subscribe>\nErrors-To: l-bounces@lists.remote.example\nSender: \"L\" <l-bounces@lists.remote.example>\n";
        Mail two = mail.with("Subject", "[L] " + subject).bottom(listFields).footer("_______________________________________________\nL mailing list\nL@lists.remote.example\n")
                .top("X-Original-To: l@lists.remote.example\nDelivered-To: l@lists.remote.example\n" + received("localhost", "127.0.0.1", "lists.remote.example", "(Postfix) with ESMTP"));
        // Members at the site, the author among them, and one outside whom somebody inside forwards to.
        posts.add(post("mailman-own-copy", "192.0.2.40", "l-bounces@lists.remote.example", List.of(author), two));
        posts.add(post("mailman", "192.0.2.40", "l-bounces@lists.remote.example", List.of(user(), "gina@" + SITE), two));
        posts.add(post("mailman-verp", "192.0.2.40", "l-bounces+carla=example.com@lists.remote.example", List.of("carla@" + SITE), two));
        Mail three = mail.with("Subject", "[L] " + subject).with("From", "Anna via L <l@lists.remote.example>").with("Reply-To", "<" + author + ">").bottom(listFields.replace("2.1.39", "3.3.8")
                + "Message-ID-Hash: ABCDEFGHIJKLMNOPQRSTUVWXYZ234567\nX-Message-ID-Hash: ABCDEFGHIJKLMNOPQRSTUVWXYZ234567\nX-MailFrom: " + author + "\nX-Mailman-Rule-Misses: dmarc-mitigation; no-senders; approved; emergency; loop; banned-address\n"
                + "Archived-At: <https://lists.remote.example/hyperkitty/list/l/message/ABCDEFGH/>\n").top("Authentication-Results: lists.remote.example; dkim=pass header.d=example.com\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=lists.remote.example; s=k; b=AAAA\n"
                + "ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=lists.remote.example; h=from:to; bh=AAAA=; b=BBBB\n");
        posts.add(post("mailman3", "192.0.2.40", "l-bounces@lists.remote.example", List.of(user()), three));
        // What the list sent to Carla, her filter inside sends on to her private mailbox: a recipient whom no token of ours names.
        posts.add(post("list-copy-forwarded-from-inside", INSIDE, chance.coin() ? "l-bounces@lists.remote.example" : "carla@" + SITE, List.of("carla@private.example"),
                two.top("X-Sieve-Redirected-From: carla@" + SITE + "\nX-Sieve: Pigeonhole Sieve 0.5.21\n" + received("lists.remote.example", "192.0.2.40", "store.example.com", "with LMTP"))));
        if (chance.happens(0.3)) {
            posts.add(digest(mail));
        }
    }

    private Post digest(Mail mail) {
        Mail digest = new Mail("From: l-request@lists.remote.example\r\nSubject: L Digest, Vol 12, Issue 3\r\nTo: l@lists.remote.example\r\nMessage-ID: <mailman." + number + "@lists.remote.example>\r\n"
                + "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary=\"==d==\"\r\nPrecedence: bulk\r\nList-Id: The list <l.lists.remote.example>\r\n",
                "--==d==\r\n\r\n" + mail.header() + "\r\n" + mail.body() + "\r\n--==d==\r\n\r\n" + mail.header() + "\r\n" + mail.body() + "\r\n--==d==--\r\n");
        return post("mailman-digest", "192.0.2.40", "l-bounces@lists.remote.example", List.of(user()), digest);
    }

    private void sympa(Mail mail, String author, List<Post> posts) {
        Mail copy = mail.with("Subject", "[s] " + mail.text("Subject")).bottom("X-Loop: s@sympa.example\nX-Sequence: " + number + "\nErrors-To: s-owner@sympa.example\nPrecedence: list\nPrecedence: bulk\nSender: s-request@sympa.example\n"
                + "X-no-archive: yes\nList-Id: <s.sympa.example>\nList-Help: <mailto:sympa@sympa.example?subject=help>\nList-Subscribe: <mailto:sympa@sympa.example?subject=subscribe%20s>\n"
                + "List-Unsubscribe: <mailto:sympa@sympa.example?subject=unsubscribe%20s>\nList-Post: <mailto:s@sympa.example>\nList-Owner: <mailto:s-request@sympa.example>\n")
                .top("X-Original-To: s@sympa.example\n" + received("sympa.example", "192.0.2.41", "sympa.example", "(Postfix, from userid 998)"));
        posts.add(post("sympa-own-copy", "192.0.2.41", "s-owner@sympa.example", List.of(author), copy));
        posts.add(post("sympa", "192.0.2.41", "s-owner+bert=" + SITE + "@sympa.example", List.of("bert@" + SITE, user()), copy));
        Mail stripped = copy.without("Received").without("X-Trace-Site").top(received("sympa.example", "192.0.2.41", "sympa.example", "(Postfix)"));
        posts.add(post("sympa-without-trace", "192.0.2.41", "s-owner@sympa.example", List.of(user()), stripped));
        // Two lists of which one is a member of the other: the same member gets the same message twice.
        posts.add(post("list-in-list", "192.0.2.40", "l-bounces@lists.remote.example", List.of("bert@" + SITE), copy.bottom("List-Id: The list <l.lists.remote.example>\nX-BeenThere: l@lists.remote.example\n")));
    }

    // ---- forwarders

    private void forwarders(Mail mail, String author, List<Post> posts) {
        String to = user();
        String tagged = to.replace('@', '=');
        posts.add(post("gmail-forward", chance.oneOf("192.0.2.43", "192.0.2.44"), "bob+caf_=" + tagged + "@gmail.example", List.of(to), mail.top("X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=1e100.example; s=20230601; bh=AAAA=; b=BBBB\n"
                + "X-Forwarded-Encrypted: i=1; AJvYcCXabcdef@" + SITE + "\nX-Gm-Message-State: AOJu0YyABCDEF\nX-Received: by 2002:a05:6402:3552:b0:5d0:8197 with SMTP id f18-20020a0564023552;\n        Tue, 24 Nov 2026 00:01:00 -0800 (PST)\n"
                + "X-Forwarded-To: " + to + "\nX-Forwarded-For: bob@gmail.example " + to + "\nDelivered-To: bob@gmail.example\nReceived: by 2002:a05:6f02:8785:b0:7e with SMTP id hx5csp;\n        Tue, 24 Nov 2026 00:00:59 -0800 (PST)\n"
                + "ARC-Seal: i=2; a=rsa-sha256; t=1; cv=pass; d=google.example; s=arc; b=AAAA\nReturn-Path: <" + author + ">\n" + received("mx1.example.com", "198.51.100.9", "mx.google.example", "with ESMTPS"))));
        posts.add(post("srs-forward", "192.0.2.45", "SRS0=Ab1C=XY=" + SITE + "=" + author.substring(0, author.indexOf('@')) + "@forward.example", List.of(user()),
                mail.top("Delivered-To: bob@forward.example\n" + received("mx1.example.com", "198.51.100.9", "forward.example", "(Postfix) with ESMTPS"))));
        posts.add(post("srs1-forward", "192.0.2.45", "SRS1=Zz9Y=forward.example==Ab1C=XY=" + SITE + "=anna@second.example", List.of(user()), mail.top(received("forward.example", "192.0.2.45", "second.example", "with esmtps"))));
        posts.add(post("dot-forward", "192.0.2.46", author, List.of(user()), mail.top("Delivered-To: bob@remote.example\n" + received("mx1.example.com", "198.51.100.9", "remote.example", "(Postfix) with ESMTP"))));
        posts.add(post("sieve-redirect", "192.0.2.46", author, List.of(user()), mail.top("X-Sieve: Pigeonhole Sieve 0.5.21 (f6cd4b8e)\nX-Sieve-Redirected-From: bob@remote.example\n"
                + received("mx.remote.example", "192.0.2.46", "store.remote.example", "with LMTP"))));
        posts.add(post("exchange-redirect", "192.0.2.42", "bob@remote.example", List.of(user()), exchange(mail.top("Resent-From: <bob@remote.example>\n"))
                .bottom("X-MS-Exchange-Inbox-Rules-Loop: bob@remote.example\nX-MS-Exchange-Transport-CrossTenantHeadersStamped: AM0PR01\n")));
        // A hop that takes our trace out, as some groupware does.
        posts.add(post("exchange-resend", "192.0.2.42", "bob@remote.example", List.of(user()), exchange(mail.without("Received").without("X-Trace-Site"))));
    }

    private Post post(String shape, String client, String from, List<String> to, MailBuilder built) {
        return post(shape, client, from, to, built.mail());
    }

    /// Only so that a chain of changes reads in order.
    private record MailBuilder(Mail mail) {
        MailBuilder bottom(String fields) {
            return new MailBuilder(mail.bottom(fields));
        }
    }

    private MailBuilder exchange(Mail mail) {
        return new MailBuilder(mail.bottom("Thread-Topic: Lunch\nThread-Index: AdkABCDEFGHIJKLMNOPQRSTUVWX==\nAccept-Language: de-DE, en-US\nContent-Language: de-DE\nX-MS-Has-Attach:\nX-MS-TNEF-Correlator:\n"
                + "x-ms-publictraffictype: Email\nX-OriginatorOrg: remote.example\n")
                .top("Received: from AM0PR01MB1234.eurprd01.prod.remote.example (2603:10a6:208::1) by\n AM0PR01MB5678.eurprd01.prod.remote.example (2603:10a6:208::2) with Microsoft SMTP\n Server (version=TLS1_2,\n"
                        + " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.8182.14; Tue, 24 Nov\n 2026 08:00:10 +0000\n"));
    }

    // ---- reports and machines

    private void reports(Mail mail, String author, List<Post> posts) {
        String id = mail.text("Message-ID");
        String machine = "Reporting-MTA: dns; mx.remote.example\r\nX-Postfix-Queue-ID: 4ABCDEF\r\nArrival-Date: Tue, 24 Nov 2026 08:00:00 +0000 (UTC)\r\n\r\nFinal-Recipient: rfc822; bob@remote.example\r\n"
                + "Original-Recipient: rfc822;bob@remote.example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; store.remote.example\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n";
        posts.add(report("dsn-postfix", "MAILER-DAEMON@mx.remote.example (Mail Delivery System)", "Undelivered Mail Returned to Sender", "delivery-status", author, id, machine, mail));
        posts.add(report("dsn-exchange", "Microsoft Outlook <postmaster@remote.example>", "Undeliverable: " + mail.text("Subject"), "delivery-status", author, id, machine, mail));
        posts.add(report("dsn-success", "MAILER-DAEMON@mx.remote.example (Mail Delivery System)", "Successful Mail Delivery Report", "delivery-status", author, id, machine.replace("failed", "delivered").replace("5.1.1", "2.0.0"), mail));
        posts.add(report("dsn-delay", "Mail Delivery System <Mailer-Daemon@exim.remote.example>", "Warning: message delayed 24 hours", "delivery-status", author, id, machine.replace("failed", "delayed").replace("5.1.1", "4.0.0"), mail));
        posts.add(report("mdn", "Bob <bob@remote.example>", "Return Receipt (displayed) - " + mail.text("Subject"), "disposition-notification", author, id,
                "Reporting-UA: remote.example; Thunderbird\r\nFinal-Recipient: rfc822;bob@remote.example\r\nOriginal-Message-ID: " + id + "\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n", mail));
        Mail qmail = new Mail("From: MAILER-DAEMON@qmail.remote.example\r\nTo: " + author + "\r\nSubject: failure notice\r\nDate: 24 Nov 2026 08:00:00 -0000\r\n", "Hi. This is the qmail-send program at qmail.remote.example.\r\n\r\n<bob@remote.example>:\r\n"
                + "Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <" + author + ">\r\n" + mail.header() + "\r\n" + mail.body());
        posts.add(post("dsn-qmail", "192.0.2.46", "", List.of(author), qmail));
    }

    private Post report(String shape, String from, String subject, String type, String to, String about, String machine, Mail mail) {
        String header = "From: " + from + "\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nDate: Tue, 24 Nov 2026 08:10:00 +0000\r\nMessage-ID: <" + number + ".report@remote.example>\r\nIn-Reply-To: " + about + "\r\nReferences: " + about
                + "\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=" + type + ";\r\n\tboundary=\"b1/remote.example\"\r\n";
        boolean whole = chance.coin();
        String body = "--b1/remote.example\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host mx.remote.example.\r\n\r\n--b1/remote.example\r\nContent-Type: message/" + type + "\r\n\r\n" + machine
                + "\r\n--b1/remote.example\r\nContent-Type: " + (whole ? "message/rfc822" : "text/rfc822-headers") + "\r\n\r\n" + mail.header() + (whole ? "\r\n" + mail.body() : "") + "\r\n--b1/remote.example--\r\n";
        return post(shape, "192.0.2.46", "", List.of(to), new Mail(header, body));
    }

    private void answers(Mail mail, String author, List<Post> posts) {
        String id = mail.text("Message-ID");
        String subject = mail.text("Subject");
        String thread = "In-Reply-To: " + id + "\nReferences: " + id + "\n";
        posts.add(post("vacation-sieve", "192.0.2.46", "", List.of(author), answer("bob@remote.example", author, "Auto: " + subject, thread + "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\nX-Sieve: Pigeonhole Sieve 0.5.21\n")));
        posts.add(post("vacation-exchange", "192.0.2.42", "bob@remote.example", List.of(author), answer("bob@remote.example", author, "Automatic reply: " + subject, thread + "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: bob@remote.example\n")));
        posts.add(post("vacation-gmail", "192.0.2.43", "", List.of(author), answer("bob@gmail.example", author, "Away Re: " + subject, thread + "X-Autoreply: yes\nAuto-Submitted: auto-replied\nPrecedence: bulk\n")));
        posts.add(post("ticket", "192.0.2.47", "bounce+17@tickets.example", List.of(author), answer("support@tickets.example", author, "[tickets.example #4711] AutoReply: " + subject,
                thread + "X-RT-Loop-Prevention: tickets.example\nRT-Ticket: tickets.example #4711\nX-RT-Originator: " + author + "\nAuto-Submitted: auto-replied\nPrecedence: bulk\nX-Managed-BY: RT 5.0.5\n")));
        posts.add(post("challenge", "192.0.2.47", "", List.of(author), answer("bob@remote.example", author, "Please confirm (conf#abcdef)", "X-Delivery-Agent: TMDA/1.1.12\nAuto-Submitted: auto-replied\nPrecedence: bulk\n" + thread)));
    }

    private Mail answer(String from, String to, String subject, String fields) {
        return new Mail(("From: <" + from + ">\nTo: <" + to + ">\nSubject: " + subject + "\nDate: Tue, 24 Nov 2026 08:05:00 +0000\nMessage-ID: <" + number + ".a@" + from.substring(from.indexOf('@') + 1) + ">\n" + fields)
                .replace("\n", "\r\n"), "I am not here.\r\n");
    }

    // ---- people

    private void people(Mail mail, String author, List<Post> posts) {
        String id = mail.text("Message-ID");
        String quoted = "> " + mail.body().replace("\r\n", "\r\n> ") + "\r\nYes.\r\n";
        Mail reply = answer("bob@remote.example", author, "Re: " + mail.text("Subject"), "In-Reply-To: " + id + "\nReferences: <old@remote.example> " + id + "\nX-Mailer: Apple Mail (2.3776)\n");
        posts.add(post("reply", "192.0.2.46", "bob@remote.example", List.of(author, "gina@" + SITE), new Mail(reply.header(), quoted)));
        posts.add(post("forward-attached", "192.0.2.46", "bob@remote.example", List.of(user()), new Mail("From: bob@remote.example\r\nTo: " + author + "\r\nSubject: Fwd: " + mail.text("Subject") + "\r\nMessage-ID: <" + number
                + ".f@remote.example>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=fwd\r\n",
                "--fwd\r\n\r\nSee below.\r\n--fwd\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + mail.header() + "\r\n" + mail.body() + "\r\n--fwd--\r\n")));
        posts.add(post("resent", "192.0.2.46", "bob@remote.example", List.of(user()), mail.top(received("laptop.remote.example", "192.0.2.99", "mx.remote.example", "with ESMTPSA")
                + "Resent-From: Bob <bob@remote.example>\nResent-To: <david@" + SITE + ">\nResent-Date: Tue, 24 Nov 2026 10:00:00 +0000\nResent-Message-ID: <" + number + ".r@remote.example>\nResent-User-Agent: Mutt/2.2.12\n")));
        // Somebody inside who got a copy back bounces it on to others outside, by hand or by a filter.
        posts.add(post("resent-from-inside", INSIDE, "bert@" + SITE, List.of("hugo@elsewhere.example"), mail.top("Resent-From: <bert@" + SITE + ">\nResent-To: <hugo@elsewhere.example>\nResent-Date: Tue, 24 Nov 2026 11:00:00 +0000\nResent-Message-ID: <"
                + number + ".r@" + SITE + ">\n" + received("mx.remote.example", "192.0.2.46", "store.example.com", "with LMTP"))));
        posts.add(post("redirected-from-inside", INSIDE, author, List.of("bert@private.example"), mail.top("X-Sieve-Redirected-From: bert@" + SITE + "\n" + received("forward.example", "192.0.2.45", "store.example.com", "with LMTP"))));
        // Sent again after a report, as mail programs do it: the Message-ID stays.
        Mail again = written(author, "bob@remote.example", id.substring(1, id.length() - 1));
        posts.add(post("sent-again", INSIDE, author, List.of("bob@remote.example"), again));
    }

    // ---- what never saw us

    /// Mail from elsewhere that was on a long way, or goes to many.
    public Post independent() {
        String to = user();
        switch (chance.below(6)) {
            case 0 -> {
                Mail far = written("yuki@far.example", to, number + ".far@far.example");
                for (long hops = chance.between(5, 28); hops > 0; hops--) {
                    far = far.top(received("hop" + hops + ".far.example", "198.51.100." + hops, "hop" + (hops - 1) + ".far.example", "with ESMTP"));
                }
                return post("many-hops", "192.0.2.48", "yuki@far.example", List.of(to), far);
            }
            case 1 -> {
                return post("newsletter", "192.0.2.48", "bounce-" + number + "-" + to.replace('@', '=') + "@news.example", List.of(to), written("news@news.example", to, number + ".n@news.example")
                        .bottom("Precedence: bulk\nList-Unsubscribe: <https://news.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nFeedback-ID: 1:2:3:news\nX-Auto-Response-Suppress: OOF, AutoReply\n"));
            }
            case 2 -> {
                // One of several members of the site on a list elsewhere, each in a transaction of their own, with one Message-ID.
                return post("list-elsewhere", "192.0.2.40", "d-bounces@lists.remote.example", List.of(to, user()), written("yuki@far.example", "d@lists.remote.example", "same." + number / 20 + "@far.example")
                        .bottom("List-Id: <d.lists.remote.example>\nPrecedence: list\nX-BeenThere: d@lists.remote.example\n"));
            }
            case 3 -> {
                return post("alarm", INSIDE, "monitor@" + SITE, List.of("duty@remote.example"), written("monitor@" + SITE, "duty@remote.example", number + ".m@" + SITE).with("Subject", "ALARM: disk full").bottom("Auto-Submitted: auto-generated\n"));
            }
            case 4 -> {
                // The name of our own host, in lines that others wrote.
                return post("our-name-in-their-lines", "192.0.2.48", "yuki@far.example", List.of(to), written("yuki@far.example", to, number + ".o@far.example").top(received("mx1.example.com", "198.51.100.77", "mx1.example.com", "(Postfix) with ESMTP")
                        + received("inside.far.example", "198.51.100.78", "mx1.example.com", "with ESMTP") + "X-Trace-Site: AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn\n"));
            }
            default -> {
                return post("copy-to-oneself", INSIDE, to, List.of(to, "bob@remote.example"), written(to, "bob@remote.example", number + ".c@" + SITE).bottom("Cc: <" + to + ">\n"));
            }
        }
    }
}
