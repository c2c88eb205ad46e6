"""`python -m tests.benchmarks.web.sink`: a mail server that takes every mail, in a process of its own.

It prints its port, and once nobody writes to it any more the Message-ID of each mail that came.
"""

import sys
from email import message_from_string

from tests.mail import smtp


def main() -> None:
    with smtp.serving(smtp.WORKING) as server:
        print(server.server_address[1], flush=True)
        sys.stdin.read()
    for mail in server.mails:
        print(message_from_string(mail)["Message-ID"])


if __name__ == "__main__":
    main()
