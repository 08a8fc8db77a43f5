"""Asterisk's manager interface (AMI): its messages, the link that follows its events, and short conversations."""
