#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does one errand with Python's smtplib: what to do stands in the JSON file that is named."""
import json
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

errand = json.load(open(sys.argv[1], encoding="utf-8"))
context = None
if errand["tls"]:
    version = ssl.TLSVersion.TLSv1_2 if errand["version"] == "1.2" else ssl.TLSVersion.TLSv1_3
    context = ssl.create_default_context(cafile=errand["ca"])
    context.minimum_version = context.maximum_version = version
    if "cert" in errand:
        context.load_cert_chain(errand["cert"], errand["key"])

where = {"host": errand["host"], "port": errand["port"], "local_hostname": "client.example", "timeout": 60}
smtp = smtplib.SMTP_SSL(**where, context=context) if errand["implicit"] else smtplib.SMTP(**where)
with smtp:
    smtp.set_debuglevel(1)
    smtp.ehlo_or_helo_if_needed()
    if errand["tls"] and not errand["implicit"]:
        smtp.starttls(context=context)
        smtp.ehlo()
    if "mechanism" in errand:
        smtp.user, smtp.password = errand["user"], errand["password"]
        method = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login}[errand["mechanism"]]
        smtp.auth(errand["mechanism"], method, initial_response_ok=errand["version"] == "1.2")
    rich = errand["rich"]
    message = EmailMessage(policy=(SMTPUTF8 if rich else SMTP).clone(cte_type="8bit"))
    message["From"], message["To"], message["Subject"] = errand["from"], errand["to"], errand["id"]
    message.set_content(errand["body"] + "\n", cte="8bit")
    smtp.send_message(message, mail_options=["RET=HDRS", "ENVID=errand"] if rich else [],
                      rcpt_options=["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;somebody@elsewhere.example"] if rich else [])
