"""The receiver: takes pushes of the platforms in over HTTP and stores them before it answers."""
