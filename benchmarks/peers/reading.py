"""Reading and parsing alone, kept nowhere: what one sequential process can reach at most."""

from benchmarks.peers.walk import pages

print(sum(len(users) for users, _ in pages()))
