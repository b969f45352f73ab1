#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""smtplib_mail.py CASE [HOST]: Python's smtplib sends mail to the receiver of the recordings."""
import email.message
import email.policy
import email.utils
import smtplib
import socket
import ssl
import struct
import sys

HOST = sys.argv[2] if len(sys.argv) > 2 else 'mx1.corp.example'
SENDER = 'alerts@sender.example'
PASSWORD = 'planted-secret-7f3a'


def mail(subject, to=('anna@corp.example',), text='The nightly job has finished.\n'):
    message = email.message.EmailMessage()
    message['From'] = 'Nightly jobs <' + SENDER + '>'
    message['To'] = ', '.join(to)
    message['Subject'] = subject
    message['Date'] = email.utils.formatdate(localtime=False)
    message['Message-ID'] = email.utils.make_msgid(domain='sender.example')
    message.set_content(text)
    return message


def connect(port=25):
    return smtplib.SMTP(HOST, port, timeout=10)


def unchecked_tls():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def plain():
    with connect() as smtp:
        smtp.send_message(mail('Nightly job finished'))


def dots():
    """Lines that begin with dots, and bytes beyond ASCII."""
    with connect() as smtp:
        smtp.send_message(mail('Grüße aus dem Büro', text='.\n..two\n.hidden\nDas war’s.\n.\n'))


def two():
    with connect() as smtp:
        smtp.send_message(mail('First of two'))
        smtp.send_message(mail('Second of two', to=('ben@corp.example',)))


def several():
    with connect() as smtp:
        smtp.send_message(mail('To the team', to=('anna@corp.example', 'ben@corp.example',
                                                  'nobody.here@corp.example', 'carla@corp.example')))


def refused():
    """Unknown user, then somebody else's domain: no message goes through."""
    with connect() as smtp:
        for to in ('nobody.here@corp.example', 'someone@elsewhere.example'):
            try:
                smtp.send_message(mail('Never delivered', to=(to,)))
            except smtplib.SMTPRecipientsRefused:
                pass


def later():
    """A temporary refusal, and the same mail in another connection."""
    for to in ('later@corp.example', 'anna@corp.example'):
        with connect() as smtp:
            try:
                smtp.send_message(mail('Please come back', to=(to,)))
            except smtplib.SMTPRecipientsRefused:
                pass


def scored():
    """Refused at its end, for what it says; the next one in the connection is not."""
    with connect() as smtp:
        for subject in ('Lottery: you have won', 'The minutes of Monday'):
            try:
                smtp.send_message(mail(subject))
            except smtplib.SMTPDataError:
                pass


def chunks():
    """BDAT by hand: three chunks, the last one empty; then envelope and chunk in one go."""
    text = mail('In chunks').as_bytes(policy=email.policy.SMTP)
    with connect() as smtp:
        smtp.ehlo()
        smtp.mail(SENDER, ['BODY=8BITMIME'])
        smtp.rcpt('anna@corp.example')
        for piece in (text[:100], text[100:], b''):
            smtp.send(b'BDAT %d%s\r\n' % (len(piece), b'' if piece else b' LAST') + piece)
            smtp.getreply()
        smtp.send(b'MAIL FROM:<%b>\r\nRCPT TO:<ben@corp.example>\r\nBDAT %d LAST\r\n%b' %
                  (SENDER.encode(), len(text), text))
        for _ in range(3):
            smtp.getreply()


def hello():
    with connect() as smtp:
        smtp.helo()
    with connect() as smtp:
        smtp.ehlo()
        smtp.noop()
        smtp.verify('anna@corp.example')
        smtp.rset()
        smtp.docmd('GET', '/ HTTP/1.1')


def starttls():
    with connect() as smtp:
        smtp.starttls(context=unchecked_tls())
        smtp.send_message(mail('Behind STARTTLS'))


def implicit_tls():
    with smtplib.SMTP_SSL(HOST, 465, timeout=10, context=unchecked_tls()) as smtp:
        smtp.login('anna', PASSWORD)
        smtp.send_message(mail('Behind TLS', to=('ben@corp.example',)))


def auth():
    """What smtplib picks, with mail once it is let in; then other ways, and users unknown."""
    with connect(587) as smtp:
        smtp.login('anna', PASSWORD)
        smtp.send_message(mail('Submitted', to=('someone@elsewhere.example',)))
    for user, mechanism in (('anna', 'LOGIN'), ('mallory', 'PLAIN'), ('mallory', 'LOGIN')):
        with connect(587) as smtp:
            smtp.ehlo()
            smtp.user, smtp.password = user, PASSWORD
            method = getattr(smtp, 'auth_' + mechanism.lower())
            try:
                smtp.auth(mechanism, method, initial_response_ok=mechanism == 'PLAIN')
            except smtplib.SMTPAuthenticationError:
                pass


def cancel():
    """AUTH begun and given up with a star; then mail without it."""
    with connect(587) as smtp:
        smtp.ehlo()
        smtp.docmd('AUTH', 'PLAIN')
        smtp.docmd('*')
        smtp.docmd('MAIL', 'FROM:<' + SENDER + '>')


def halfway(smtp):
    smtp.ehlo()
    smtp.mail(SENDER)
    smtp.rcpt('anna@corp.example')
    smtp.docmd('DATA')
    smtp.send(b'From: ' + SENDER.encode() + b'\r\nSubject: Cut short\r\n\r\nThis text ends in the mid')


def abort():
    """Gone in the middle of the message: closed, then reset; and gone before any word."""
    smtp = connect()
    halfway(smtp)
    smtp.close()
    smtp = connect()
    halfway(smtp)
    smtp.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    smtp.close()
    connect().close()


def eager():
    """Speaks before the greeting, all at once, as bots do."""
    with socket.create_connection((HOST, 25), timeout=20) as sock:
        sock.sendall(b'HELO 198.51.100.12\r\nMAIL FROM:<' + SENDER.encode() +
                     b'>\r\nRCPT TO:<anna@corp.example>\r\nDATA\r\n')
        while sock.recv(4096):
            pass


if __name__ == '__main__':
    globals()[sys.argv[1]]()
