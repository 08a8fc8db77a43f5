"""Bringing in what older systems know: tickets, citizens, calls and knowledge from files of any shape."""
