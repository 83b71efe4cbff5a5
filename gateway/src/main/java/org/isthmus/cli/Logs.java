// SPDX-License-Identifier: Apache-2.0
package org.isthmus.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.isthmus.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program's log, set up in code: on the standard error stream, as text or as a line of JSON for each entry. What became of messages is not in it but in the tracking log.
public final class Logs {
    /// Texts of strangers may be in a message: they begin no line and move no cursor.
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0}: %replace(%msg){'[\\x00-\\x1f\\x7f-\\x9f]', '?'}%n";

    private Logs() {}

    /// For a server; at a reload too.
    public static void server(Settings.Log log) {
        set(Level.toLevel(log.level(), Level.INFO), log.format().equals("json"));
    }

    /// For commands, which speak for themselves.
    static void command(boolean debug) {
        set(debug ? Level.DEBUG : Level.OFF, false);
    }

    private static void set(Level level, boolean json) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(json ? json(context) : text(context));
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(level);
        // Libraries are of interest only when something is wrong with them.
        context.getLogger("org.xbill").setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.setCharset(java.nio.charset.StandardCharsets.UTF_8);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMarkers(false);
        encoder.setWithMDC(false);
        encoder.setWithKVPList(false);
        encoder.setWithArguments(false);
        encoder.setWithMessage(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
