"""django-helpdesk, the peer of our tickets, in an environment of its own that nothing else uses."""
