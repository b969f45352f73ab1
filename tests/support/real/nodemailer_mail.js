// SPDX-License-Identifier: Apache-2.0
// nodemailer_mail.js CASE: nodemailer sends mail to the receiver of the recordings.
'use strict';
const nodemailer = require('nodemailer');

const HOST = 'mx1.corp.example';
const NEWS = {
    from: '"Corner Shop" <news@sender.example>',
    to: 'Anna Ahlberg <anna@corp.example>',
    subject: 'New in the shop: größere Körbe',
    text: 'Larger baskets are here.\nhttps://shop.sender.example/baskets?id=4711\n',
    html: '<html><body><h1>Larger baskets</h1><p>See <a href="https://shop.sender.example/baskets?id=4711">' +
        'the shop</a>.</p></body></html>',
    attachments: [{ filename: 'preisliste größen.csv', content: 'basket;price\nsmall;4\nlarge;9\n' }],
};

const CASES = {
    html: () => send({ ignoreTLS: true }, [NEWS]),
    refused: () => send({ ignoreTLS: true }, [{ ...NEWS, to: 'nobody.here@corp.example', attachments: [] }]),
    pooled: () => send({ ignoreTLS: true, pool: true, maxConnections: 1 },
        ['anna', 'ben', 'carla'].map((to) => ({ ...NEWS, to: to + '@corp.example', attachments: [] }))),
    starttls: () => send({ tls: { rejectUnauthorized: false } }, [NEWS]),
    auth: () => send({ port: 587, ignoreTLS: true, auth: { user: 'anna', pass: 'planted-secret-7f3a' } },
        [{ ...NEWS, attachments: [] }]),
};

async function send(options, mails) {
    const transport = nodemailer.createTransport({ host: HOST, port: 25, ...options });
    for (const mail of mails) {
        try {
            await transport.sendMail(mail);
        } catch (error) {
            console.error(error.message);
        }
    }
    transport.close();
}

CASES[process.argv[2]]();
