// SPDX-License-Identifier: Apache-2.0
package org.isthmus.trials.endtoend;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.isthmus.trials.endtoend.Errand.Way;

/// Eclipse Angus Mail, which is Jakarta Mail and once was JavaMail; in this process.
final class AngusMail implements MailClient {
    @Override
    public String name() {
        return "Angus Mail";
    }

    @Override
    public Set<Way> ways() {
        return EnumSet.allOf(Way.class);
    }

    @Override
    public List<String> mechanisms() {
        return List.of("PLAIN", "LOGIN");
    }

    @Override
    public boolean showsCertificates() {
        return true;
    }

    @Override
    public Set<Extension> extensions() {
        return EnumSet.of(Extension.CHUNKING, Extension.SMTPUTF8, Extension.DSN);
    }

    @Override
    public Running.Result run(Path folder, Errand errand) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Session session = Session.getInstance(properties(errand));
        session.setDebugOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        session.setDebug(true);
        int exit = 0;
        try (Transport transport = session.getTransport(errand.way().isImplicit() ? "smtps" : "smtp")) {
            Errand.Login login = errand.login();
            transport.connect(errand.host(), errand.at().getPort(), login == null ? null : login.user(), login == null ? null : login.password());
            MimeMessage message = message(session, errand);
            transport.sendMessage(message, message.getAllRecipients());
        } catch (MessagingException e) {
            said.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
            exit = 1;
        }
        return new Running.Result(exit, said.toString(StandardCharsets.UTF_8));
    }

    private static MimeMessage message(Session session, Errand errand) throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(errand.from()));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(errand.rich() ? "jürgen@site.example" : errand.to()));
        message.setSubject(errand.id());
        message.setSentDate(new Date());
        message.setText(Errand.BODY, "utf-8");
        message.saveChanges();
        return message;
    }

    private static Properties properties(Errand errand) throws IOException, GeneralSecurityException {
        Properties all = new Properties();
        String prefix = errand.way().isImplicit() ? "mail.smtps." : "mail.smtp.";
        all.put(prefix + "localhost", "client.example");
        all.put(prefix + "from", errand.from());
        if (errand.way() != Way.CLEAR) {
            all.put(prefix + "starttls.enable", "true");
            all.put(prefix + "starttls.required", Boolean.toString(errand.way().isStartTls()));
            all.put(prefix + "ssl.protocols", errand.way().isOld() ? "TLSv1.2" : "TLSv1.3");
            all.put(prefix + "ssl.checkserveridentity", "true");
            all.put(prefix + "ssl.socketFactory", context(errand).getSocketFactory());
        }
        if (errand.login() != null) {
            all.put(prefix + "auth", "true");
            all.put(prefix + "auth.mechanisms", errand.login().mechanism());
        }
        if (errand.rich()) {
            all.put(prefix + "allow8bitmime", "true");
            all.put("mail.mime.allowutf8", "true");
            all.put(prefix + "chunksize", "100");
            all.put(prefix + "dsn.notify", "FAILURE,DELAY");
            all.put(prefix + "dsn.ret", "HDRS");
        }
        return all;
    }

    private static SSLContext context(Errand errand) throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        trusted.setCertificateEntry("authority", certificate(errand.authority()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = empty();
        if (errand.shown() != null) {
            byte[] key = Base64.getMimeDecoder().decode(Files.readString(errand.shown().key()).replaceAll("-----[A-Z ]+-----", ""));
            own.setKeyEntry("own", KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key)), new char[0], new Certificate[] {certificate(errand.shown().certificate())});
        }
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
