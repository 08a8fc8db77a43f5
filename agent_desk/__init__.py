"""The web: the agents' desk, the units' portal, the supervisors' floor, and the sockets that keep them live."""
