#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sink.py ADDRESS OFFER...: an SMTP server on port 25 that takes mail and throws it away.

It offers what is named; without any it does not know EHLO. Users that begin with "nobody" do not
exist. What clients say to it depends on them alone, which is what recordings of it are for.
"""
import socketserver
import sys

OFFERS = sys.argv[2:]


class Session(socketserver.StreamRequestHandler):
    def reply(self, *lines):
        code = lines[0][:3]
        text = [code + '-' + line[4:] for line in lines[:-1]] + [code + ' ' + lines[-1][4:]]
        self.wfile.write(('\r\n'.join(text) + '\r\n').encode())

    def take_message(self):
        self.reply('354 Go ahead')
        for line in self.rfile:
            if line == b'.\r\n':
                break
        self.reply('250 2.0.0 Thrown away')

    def command(self, line):
        verb = line[:4].upper()
        if verb == 'EHLO' and OFFERS:
            self.reply('250 mx1.corp.example', *('250 ' + offer for offer in OFFERS))
        elif verb == 'RCPT' and '<nobody' in line:
            self.reply('550 5.1.1 No such user')
        elif verb == 'RCPT':
            self.rcpts += 1
            self.reply('250 2.1.5 Ok')
        elif verb == 'DATA' and self.rcpts == 0:
            self.reply('554 5.5.1 No valid recipients')
        elif verb == 'DATA':
            self.take_message()
        elif verb in ('HELO', 'MAIL', 'RSET', 'NOOP'):
            self.rcpts = 0
            self.reply('250 2.0.0 Ok')
        elif verb == 'QUIT':
            self.reply('221 2.0.0 Bye')
            return False
        else:
            self.reply('502 5.5.1 Not known here')
        return True

    def handle(self):
        self.rcpts = 0
        self.reply('220 mx1.corp.example ESMTP')
        for line in self.rfile:
            if not self.command(line.decode('latin-1').strip()):
                break


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server((sys.argv[1], 25), Session).serve_forever()
