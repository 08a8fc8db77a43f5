"""Everything that touches Asterisk: the switch itself, its event link, the questions it asks, the orders it takes."""
