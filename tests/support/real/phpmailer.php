<?php
// SPDX-License-Identifier: Apache-2.0
// phpmailer.php HOST: PHPMailer sends a mail to the receiver of the recordings.
foreach (['Exception', 'SMTP', 'PHPMailer'] as $file) {
    require "/usr/share/php/libphp-phpmailer/src/$file.php";
}
$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->isSMTP();
$mail->Host = $argv[1];
$mail->setFrom('form@sender.example', 'Contact form');
$mail->addAddress('anna@corp.example');
$mail->Subject = 'A visitor wrote';
$mail->Body = "Is the shop open on Monday?\n";
$mail->send();
