"""A stand-in guest: appends `host counter monotonic-ns pid` to its VM's file every 200 ms until it is killed.

Goes into the background in a session of its own, so that it outlives nova-compute, and prints its pid.
"""
import os
import sys
import time

PERIOD_NS = 200_000_000

host, target = sys.argv[1:]
pid = os.fork()
if pid:
    print(pid)
    sys.exit(0)
os.setsid()
null = os.open(os.devnull, os.O_RDWR)
for descriptor in range(3):
    os.dup2(null, descriptor)
os.closerange(3, 256)
own_pid = os.getpid()
# One write of one line with O_APPEND: two writers never tear each other's lines.
output = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
counter = 0
due = time.monotonic_ns()
while True:
    counter += 1
    os.write(output, b'%s %d %d %d\n' % (host.encode(), counter, time.monotonic_ns(), own_pid))
    due += PERIOD_NS
    pause = due - time.monotonic_ns()
    if pause > 0:
        time.sleep(pause / 1e9)
    else:
        # Frozen or starved: go on from now instead of writing a burst that hides the gap.
        due = time.monotonic_ns()
