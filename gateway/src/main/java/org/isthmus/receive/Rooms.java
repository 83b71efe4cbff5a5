// SPDX-License-Identifier: Apache-2.0
package org.isthmus.receive;

import org.isthmus.auth.Authenticator;
import org.isthmus.config.LiveConfig;
import org.isthmus.directory.Tables;
import org.isthmus.loop.Classifier;
import org.isthmus.loop.LoopWatch;
import org.isthmus.loop.Returns;
import org.isthmus.loop.XsiteKey;
import org.isthmus.platform.Disk;
import org.isthmus.platform.Entropy;
import org.isthmus.platform.LocalSockets;
import org.isthmus.platform.Network;
import org.isthmus.platform.Threads;
import org.isthmus.platform.Time;
import org.isthmus.policy.Policy;
import org.isthmus.route.Router;
import org.isthmus.spool.Spool;
import org.isthmus.tls.ServerTls;
import org.isthmus.tracking.Tracker;

/// The seams and rooms that receiving leans on.
public record Rooms(
        Time time,
        Entropy entropy,
        Threads threads,
        Network network,
        LiveConfig config,
        Policy policy,
        Classifier classifier,
        Router router,
        Tables tables,
        Spool spool,
        Tracker tracker,
        XsiteKey xsite,
        LoopWatch watch,
        Returns returns,
        MailCall calls,
        ServerTls tls,
        Authenticator authenticator) {

    /// With nobody who hears that a client calls for mail, without TLS, whatever a listener says, and users without Dovecot.
    public Rooms(
            Time time, Entropy entropy, Threads threads, Network network, LiveConfig config, Policy policy, Classifier classifier, Router router, Tables tables, Spool spool, Tracker tracker,
            XsiteKey xsite, LoopWatch watch, Returns returns, Disk disk) {
        this(time, entropy, threads, network, config, policy, classifier, router, tables, spool, tracker, xsite, watch, returns, MailCall.NONE, ServerTls.none(),
                new Authenticator(() -> config.current().settings(), new Authenticator.Parts(disk, time, entropy, network, LocalSockets.NONE)));
    }

    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// A short name that nobody can guess and that is read out easily: {@code 7K2QM9A}. Unique enough among those that are remembered.
    String freshName(int length) {
        byte[] random = new byte[length];
        entropy.fill(random);
        char[] text = new char[length];
        for (int i = 0; i < length; i++) {
            text[i] = DIGITS.charAt(random[i] & 31);
        }
        return new String(text);
    }
}
