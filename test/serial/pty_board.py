# SPDX-License-Identifier: Apache-2.0
# Runs a program behind a pseudo-terminal, as a board behind /dev/ttyACM0: prints the terminal's path, then passes bytes.
import os
import pty
import selectors
import subprocess
import sys

master, slave = pty.openpty()
board = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(os.ttyname(slave), flush=True)
selector = selectors.DefaultSelector()
selector.register(master, selectors.EVENT_READ, board.stdin.fileno())
selector.register(board.stdout.fileno(), selectors.EVENT_READ, master)
selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
while True:
    for key, _ in selector.select():
        data = os.read(key.fd, 4096)
        if not data:
            board.kill()
            sys.exit(0)
        while data and key.data is not None:
            data = data[os.write(key.data, data):]
