// SPDX-License-Identifier: Apache-2.0
// Does one errand with nodemailer: what to do stands in the JSON file that is named.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const errand = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const options = {
    host: errand.host,
    port: errand.port,
    name: 'client.example',
    secure: errand.implicit,
    requireTLS: errand.tls && !errand.implicit,
    ignoreTLS: !errand.tls,
    logger: true,
    debug: true,
};
if (errand.tls) {
    options.tls = { ca: fs.readFileSync(errand.ca), minVersion: 'TLSv' + errand.version, maxVersion: 'TLSv' + errand.version };
    if (errand.cert) {
        Object.assign(options.tls, { cert: fs.readFileSync(errand.cert), key: fs.readFileSync(errand.key) });
    }
}
if (errand.mechanism) {
    options.auth = { user: errand.user, pass: errand.password };
    options.authMethod = errand.mechanism;
}
const message = {
    envelope: { from: errand.from, to: errand.to, use8BitMime: errand.rich },
    from: errand.from,
    to: errand.to,
    subject: errand.id,
    text: errand.body,
};
if (errand.rich) {
    message.envelope.dsn = message.dsn = { id: 'errand', return: 'headers', notify: ['failure', 'delay'], recipient: 'somebody@elsewhere.example' };
}
nodemailer.createTransport(options).sendMail(message).then(
    () => process.exit(0),
    problem => {
        console.error(String(problem));
        process.exit(1);
    });
