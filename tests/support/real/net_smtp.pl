#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# net_smtp.pl HOST: Perl's Net::SMTP sends a mail to the receiver of the recordings.
use strict;
use warnings;
use Net::SMTP;

my $smtp = Net::SMTP->new($ARGV[0], Timeout => 10) or die "cannot connect: $@";
$smtp->mail('perl@sender.example');
$smtp->to('anna@corp.example');
$smtp->data();
$smtp->datasend("From: perl\@sender.example\nTo: anna\@corp.example\nSubject: Backup done\n\n");
$smtp->datasend("All went well.\n");
$smtp->dataend();
$smtp->quit();
