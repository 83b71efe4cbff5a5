// SPDX-License-Identifier: Apache-2.0
package org.isthmus.registry;

import static org.isthmus.registry.Known.Kind.ANY;
import static org.isthmus.registry.Known.Kind.DWORD;
import static org.isthmus.registry.Known.Kind.MULTI_SZ;
import static org.isthmus.registry.Known.Kind.SZ;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.address.Domain;
import org.isthmus.config.ByteSize;
import org.isthmus.syntax.SyntaxProblem;

/// Every value that the articles name, with what it did and what it is here. Field: most fixes of loops, relaying and delivery were shipped as hidden
/// values of these, and a misspelt one was never complained of (Q150969).
public final class KnownValues {
    /// The connector's own key.
    static final String PARAMETERS = "Parameters";
    /// Of the extension programs.
    static final String EXTENSION = "Extension";
    static final String STORE = "ParametersSystem";
    static final String CONTENT = "InternetContent";

    private static final String NO_BODY = "no counterpart: bodies pass octet by octet, only the sender's program forms text";
    private static final String NO_REWRITE = "no counterpart by itself: 0 is what Isthmus does, headers pass as they are; which addresses become which stood in the directory, and stands in rewrite here";
    private static final String NO_PLUGIN = "no counterpart: programs of others do not run inside Isthmus";
    private static final String NO_DIRECTORY = "no counterpart: the identity stands in the configuration, which is checked at every start";
    private static final String NO_THREADS = "no counterpart: a session or delivery needs no thread of the system; limits are limits.sessions and delivery.concurrency";
    private static final String NO_CONSOLE = "no counterpart: isthmus run stays in the foreground, log.level and isthmus status tell what happens";

    private static final List<Known> ALL = all();

    private KnownValues() {}

    static List<Known> table() {
        return ALL;
    }

    static Optional<Known> find(String key, String name) {
        return ALL.stream().filter(known -> known.key().equalsIgnoreCase(key) && known.name().equals(name)).findFirst();
    }

    /// The names in a key, for hints.
    static List<String> names(String key) {
        return ALL.stream().filter(known -> known.key().equalsIgnoreCase(key)).map(Known::name).toList();
    }

    private static List<Known> all() {
        List<Known> all = new ArrayList<>();
        loops(all);
        names(all);
        limits(all);
        relaying(all);
        protocol(all);
        reports(all);
        content(all);
        extensions(all);
        neighbours(all);
        return List.copyOf(all);
    }

    private static void loops(List<Known> all) {
        for (String name : List.of("DisableLoopbackConnections", "DisableLoopbackConnection")) {
            all.add(new Known(PARAMETERS, name, DWORD, "1: never connects to itself and returns the mail; 0: mail for the own site may leave and come back",
                    "`loop { loopback = reject }` for any number but 0, `loop { loopback = send }` for 0", KnownValues::loopback));
        }
        all.add(Known.none(PARAMETERS, "DisableResolverSearchList", DWORD, "1: no search list for mail domains", "so always: names are asked as they are, never with a suffix of the machine"));
    }

    private static Meaning loopback(RegistryValue value, Export export) {
        String other = value.name().equals("DisableLoopbackConnections") ? "DisableLoopbackConnection" : "DisableLoopbackConnections";
        long here = number(value);
        Optional<Long> there = export.number(other);
        if (there.isPresent() && (there.get() == 0) != (here == 0)) {
            throw new IllegalArgumentException("contradicts " + other + "; the articles spell the name both ways, and which one counted nobody knows. Keep one of them");
        }
        String words = here == 0 ? "mail for the own site may leave and come back in. Isthmus can also deliver it at once: loopback = turn-around"
                : "mail for the own site that would leave is returned to its sender";
        boolean said = there.isPresent() && value.name().equals("DisableLoopbackConnection");
        return said ? Meaning.none("the other spelling of DisableLoopbackConnections, and says the same")
                : Meaning.of(words, "loop { loopback = " + (here == 0 ? "send" : "reject") + " }");
    }

    private static void names(List<Known> all) {
        all.add(Known.none(PARAMETERS, "DisableReverseResolve", DWORD, "1: clients' names are not looked up", "so always: no client waits for a look-up of its name; its address stands in Received"));
        all.add(Known.none(PARAMETERS, "EnableTTL", DWORD, "1: answers of DNS are forgotten when their time is over; 0: never", "so always: answers live as long as they say, failures shorter"));
        all.add(Known.none(PARAMETERS, "DestinationDomainThreshold", DWORD, "domains remembered before the oldest are dropped", "no counterpart: what is remembered is bounded by itself"));
        all.add(Known.none(PARAMETERS, "RouteCalculationInterval", DWORD, "minutes between readings of the routing table", "no counterpart: isthmus reload takes a new configuration over in one step, or keeps the old one and says why"));
        all.add(Known.none(PARAMETERS, "OnlySystemMessagesUseCDs", DWORD, "1: only system messages use the routes of connected sites", "no counterpart: routes { from = ... } chooses the way by sender"));
        all.add(Known.none(PARAMETERS, "OverrideProxyOut", SZ, "the address type that outbound mail may have in place of SMTP", "no counterpart: all addresses are Internet addresses"));
        all.add(new Known(PARAMETERS, "SiteDomain", SZ, "the domain that reports come from", "`connector { postmaster = \"postmaster@DOMAIN\" }`", KnownValues::siteDomain));
        for (String name : List.of("SiteDN", "CommonName", "HomeDSA")) {
            all.add(Known.none(PARAMETERS, name, SZ, "the connector's identity in the directory", NO_DIRECTORY));
        }
        all.add(Known.none(PARAMETERS, "RootDir", SZ, "the folder of the spool", "no counterpart: it is a folder of the other system; connector.data names ours, and mail that waits in the old one has to be sent from there"));
    }

    private static Meaning siteDomain(RegistryValue value, Export export) {
        String text = ((RegistryValue.Text) value.data()).text().strip();
        String name = text.startsWith("@") ? text.substring(1) : text;
        if (name.isEmpty()) {
            return Meaning.none("the domain that reports come from; empty, so connector.hostname is");
        }
        try {
            return Meaning.of("reports come from the postmaster of this domain", "connector { postmaster = \"postmaster@" + Domain.parse(name) + "\" }");
        } catch (SyntaxProblem e) {
            throw new IllegalArgumentException("is no domain name: " + e.getMessage(), e);
        }
    }

    private static void limits(List<Known> all) {
        all.add(new Known(PARAMETERS, "InboundSizeLimit", DWORD, "the largest inbound message in octets; 0: any", "`limits { message-size = SIZE }`; 0 is not carried over, there is always a limit (50 MiB)", (value, export) ->
                number(value) == 0 ? Meaning.none("no limit for inbound messages. No counterpart: there is always one, limits.message-size, 50 MiB where it is not set")
                        : Meaning.of("the largest inbound message", "limits { message-size = " + new ByteSize(number(value)) + " }")));
        all.add(new Known(PARAMETERS, "OutboundSizeLimit", DWORD, "the largest outbound message in octets; 0: any", "no setting of its own; a route with `max-size` does it", (value, export) -> Meaning.none(
                number(value) == 0 ? "no limit of its own for outbound messages: so by default" : "the largest outbound message. No limit of its own here; write it where mail leaves: routes = [{ to = \"*\", via = mx, max-size = "
                        + new ByteSize(number(value)) + " }]")));
        all.add(Known.none(PARAMETERS, "MaxRecipients", DWORD, "recipients of one outbound transaction", "no counterpart: at most 100 go in one transaction, fewer where the server says so, and the rest in the next"));
        all.add(Known.none(PARAMETERS, "DiskSpaceLowWaterMark", DWORD, "octets of free disk below which no mail is taken or sent", "no counterpart: a reserve is kept by itself; without room clients are told 452 4.3.1, and mail still leaves"));
        for (String name : List.of("ResolverThreads", "SMTPWorkerThreads", "ThreadsPerProcessor")) {
            all.add(Known.none(PARAMETERS, name, DWORD, "threads at start", NO_THREADS));
        }
        all.add(Known.none(PARAMETERS, "InOutThreads", DWORD, "threads, without an effect that could be measured (Q169845)", "no counterpart, as it had no effect"));
    }

    private static void relaying(List<Known> all) {
        all.add(new Known(PARAMETERS, "RelayFlags", DWORD, "which rules for relaying count: 1 deny list, 2 allow list, 4 local addresses, 8 authenticated clients; absent: everybody may relay",
                "decides which of the lists below are taken over; nobody may relay by default, and that is never changed", RelayRules::flags));
        all.add(new Known(PARAMETERS, "RelayDenyList", MULTI_SZ, "clients that may never relay, asked first", "taken out of `trusted-networks`", RelayRules::denied));
        all.add(new Known(PARAMETERS, "RelayAllowList", MULTI_SZ, "clients that may relay", "`trusted-networks = [...]`, without what RelayDenyList names", RelayRules::allowed));
        all.add(new Known(PARAMETERS, "RelayLocalIPList", MULTI_SZ, "clients may relay that connect to these addresses of the connector", "no counterpart: who may relay depends on the client alone (`trusted-networks`)", RelayRules::local));
        all.add(Known.none(PARAMETERS, "TurfTable", MULTI_SZ, "senders whose mail is not taken", "no counterpart: senders' addresses are forged at will, so they are no ground to refuse mail"));
        all.add(Known.none(PARAMETERS, "TurfDir", SZ, "where the mail of such senders goes", "no counterpart: mail is refused before it is taken, or delivered; isthmus queue hold keeps single messages"));
    }

    private static void protocol(List<Known> all) {
        all.add(Known.none(PARAMETERS, "AcceptMalformed821Adrs", DWORD, "1: takes envelope addresses with spaces and other odd forms", "no counterpart: an address with = or other odd letters is a good one (RFC 5321), and one that is not cannot be answered"));
        all.add(Known.none(PARAMETERS, "AdvertiseSMTPExtensions", DWORD, "0: no ESMTP", "no counterpart: a client that says HELO is offered nothing, one that says EHLO asks for it"));
        all.add(Known.none(PARAMETERS, "DisableAuth", DWORD, "1: no AUTH", "so by default: listeners.NAME.auth = off"));
        all.add(Known.none(PARAMETERS, "DisableETRN", DWORD, "1: no ETRN", "so by default: ETRN is offered only to hosts that a domain names in etrn-hosts"));
        all.add(Known.none(PARAMETERS, "AlwaysUseETRN", DWORD, "1: asks with ETRN for mail that waits elsewhere", "not taken over: name the domains at the next hop, etrn-domains; it is called every etrn-every"));
        all.add(Known.none(PARAMETERS, "AlwaysUseTURN", DWORD, "1: TURN in place of ETRN", "no counterpart: TURN hands mail to whoever asks"));
    }

    private static void reports(List<Known> all) {
        all.add(Known.none(PARAMETERS, "AlwaysAllowForwarding", DWORD, "1: forwarded mail passes though automatic replies may not leave", "so always: no mail is stopped for being forwarded or answered by a machine"));
        all.add(Known.none(PARAMETERS, "AlwaysSuppressDR", DWORD, "1: no receipts to the Internet", "no counterpart: a receipt of delivery is sent where the sender asks for it by NOTIFY=SUCCESS (RFC 3461)"));
    }

    private static void content(List<Known> all) {
        all.add(Known.none(PARAMETERS, "ResolveP2", DWORD, "which addresses in the header are replaced by those of the directory", NO_REWRITE));
        all.add(Known.none(PARAMETERS, "AddressRewrite", DWORD, "1: outbound headers get the primary address", NO_REWRITE));
        all.add(Known.none(PARAMETERS, "RerouteViaStore", DWORD, "1: mail that is relayed passes the message store", "no counterpart: there is no message store on the way"));
        all.add(Known.none(PARAMETERS, "UseRTFText", DWORD, "1: quotes and wraps reply text", NO_BODY));
        all.add(Known.none(PARAMETERS, "EnableMIMEWrap", DWORD, "1: wraps text at a column", NO_BODY));
        all.add(Known.none(PARAMETERS, "SendPlainTextAsIs", DWORD, "1: plain text stays plain text", "so always: bodies pass octet by octet"));
        for (String name : List.of("ISO-8859-1", "DefaultUseSJIS", "NonMacCreatorTypes")) {
            all.add(Known.none(PARAMETERS, name, ANY, "character sets and file types of inbound mail", NO_BODY));
        }
        all.add(Known.none(PARAMETERS, "DisplayErrsOnConsole", DWORD, "shows the work on the console", NO_CONSOLE));
        all.add(Known.none(PARAMETERS, "ConsoleStatFrequency", DWORD, "how often figures are shown on the console", NO_CONSOLE));
    }

    private static void extensions(List<Known> all) {
        all.add(Known.none(PARAMETERS, "ExtensionDLL", SZ, "a routing program", NO_PLUGIN + "; what it decided is perhaps said by routes"));
        all.add(Known.none(PARAMETERS, "NonRoutingExtensionDll", SZ, "an extension beside the routing table", NO_PLUGIN));
        for (String name : List.of(JournalCopies.INBOUND, JournalCopies.OUTBOUND)) {
            all.add(new Known(EXTENSION, name, SZ, "the mailbox that gets copies of all mail of a direction", "`copies = [{ of = \"*\", direction = in, to = \"ADDRESS\" }]`, or `out`, if it names an Internet address", JournalCopies::of));
        }
        for (String name : List.of("InboundJournalNDR", "OutboundJournalNDR")) {
            all.add(Known.none(EXTENSION, name, SZ, "where reports about such copies go", "no counterpart: copies have no sender, so there are no reports about them"));
        }
        for (String name : List.of("InboundRecipJournalProp", "OutboundRecipJournalProp")) {
            all.add(Known.none(EXTENSION, name, DWORD, "the attribute of a recipient that names their journal", "no counterpart: recipients have no attributes here"));
        }
        for (String name : List.of("InboundPrepend", "InboundAppend", "OutboundPrepend", "OutboundAppend")) {
            all.add(Known.none(EXTENSION, name, SZ, "text put before or behind every message", NO_BODY + ". Changed bodies also break signatures"));
        }
    }

    private static void neighbours(List<Known> all) {
        all.add(Known.none(CONTENT, "LimitNestingLevels", DWORD, "how deep MIME parts are looked into", NO_BODY));
        all.add(Known.none(CONTENT, "ContentTypeEQMimeVer", DWORD, "1: a Content-Type alone makes a MIME message", NO_BODY));
        for (String name : List.of("RemapExtension", "BinHexAllFiles", "MacCreatorTypes")) {
            all.add(Known.none(CONTENT, name, ANY, "names and encodings of attachments", NO_BODY));
        }
        all.add(Known.none(CONTENT, "NewTimeZones", MULTI_SZ, "time zones that have no standard name", "no counterpart: dates in headers pass as they are"));
        all.add(new Known(STORE, "System Administrator's SMTP Addr", SZ, "the postmaster's address on receipts", "as SiteDomain says; otherwise write `connector { postmaster = \"...\" }`", (value, export) ->
                Meaning.none("the postmaster's address on receipts, of the store. Here: connector { postmaster = " + value.data().shown() + " }")));
        all.add(Known.none(STORE, "No Local Delivery", DWORD, "1: mail between mailboxes of one store leaves it first", "no counterpart: a setting of the store"));
        all.add(Known.none(STORE, "Max Recipients on Submit", DWORD, "recipients of one message, lists counted with their members", "no counterpart: a setting of the store; limits.recipients counts those that a client names"));
    }

    private static long number(RegistryValue value) {
        return ((RegistryValue.Number) value.data()).number();
    }
}
