"""Everything that happens to a ticket after the conversation: work orders, their clocks, the units that act."""
