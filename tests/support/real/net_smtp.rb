# SPDX-License-Identifier: Apache-2.0
# net_smtp.rb HOST: Ruby's net-smtp sends a mail to the receiver of the recordings.
require 'net/smtp'

message = <<~MESSAGE
  From: Shop <ruby@sender.example>
  To: anna@corp.example
  Subject: Order 4711

  Your order is on its way.
MESSAGE
Net::SMTP.start(ARGV[0], 25) do |smtp|
  smtp.send_message(message, 'ruby@sender.example', 'anna@corp.example')
end
